// What an example printed, beside what examples/output/ says that it prints.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXAMPLES } from "./pool.mjs";

/** Holds what was printed equal to `examples/output/NAME.txt`; with `WRITE_OUTPUT=1` it is written there. */
export function sameOutput(name, printed) {
  const file = join(EXAMPLES, "output", `${name.replaceAll("/", "-")}.txt`);
  if (process.env.WRITE_OUTPUT === "1") writeFileSync(file, printed);
  assert.equal(printed, readFileSync(file, "utf8"), `${name} printed something else than ${file}`);
}
