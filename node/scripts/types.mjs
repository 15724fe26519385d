// The types that users see: of the entries, and of what these name.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { requiredTypes } from "./required-types.mjs";

/** The entries that `require` gives too. */
const REQUIRED = ["index", "slot", "ioredis/index", "node-redis/index"];

/** Copies declarations of `from`, a folder, to the folder `to`. */
export function writeTypes(from, to) {
  const seen = new Set(["browser", ...REQUIRED]);
  // The set grows as it is walked.
  for (const name of seen) {
    const text = readFileSync(`${from}/${name}.d.ts`, "utf8");
    for (const [, path] of text.matchAll(/(?:from |import\()"(\.[^"]*)\.js"/g)) seen.add(join(dirname(name), path));
    write(`${to}/${name}.d.ts`, small(text));
  }
  for (const name of REQUIRED) write(`${to}/${name}.d.cts`, requiredTypes(from, name));
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Indented by tabs, and comments without indent and stars in front of each line, which say nothing, they take less room. */
function small(text) {
  const byTabs = text.replace(/^( {4})+/gm, (spaces) => "\t".repeat(spaces.length / 4));
  const flat = byTabs.replace(/^\t* \*(?: |$)/gm, "").replace(/^\t* \*\/$/gm, "*/");
  return flat.replace(/(\/\*\*)\n(.*)\n(\*\/)$/gm, "$1 $2 $3");
}
