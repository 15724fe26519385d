// The examples of the documentation in the sources are run: `call; // => value` has to be so. Those of the documents are in
// documents/.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as keyhome from "keyhome";

// The examples read the nutcracker.yml that lies beside the transcripts of the command.
process.chdir(fileURLToPath(new URL("../../tests/command/", import.meta.url)));

const AsyncFunction = (async () => {}).constructor;
const connect = (address) => ({ get: async (key) => `${key} at ${address}` });

/** Runs an example. */
async function run(example) {
  const code = example
    .replace(/^import (\{[^}]*\}) from "keyhome";$/gm, "const $1 = keyhome;")
    .replace(/^import (\{[^}]*\}) from "(node:[^"]*)";$/gm, 'const $1 = await import("$2");')
    .replace(/^(.+); \/\/ => (.+)$/gm, "equal($1, $2);");
  const silent = { log() {}, error() {} };
  await new AsyncFunction("keyhome", "connect", "equal", "console", code)(keyhome, connect, assert.deepEqual, silent);
}

test("the examples in the sources", async () => {
  const sources = new URL("../src/", import.meta.url);
  let count = 0;
  for (const file of readdirSync(sources).filter((name) => name.endsWith(".ts"))) {
    const text = readFileSync(new URL(file, sources), "utf8");
    for (const [, code] of text.matchAll(/@example\n[ *]*```ts\n(.*?)[ *]*```/gs)) {
      await run(code.replace(/^ *\* ?/gm, ""));
      count++;
    }
  }
  console.log(`sources: ${count} examples`);
  assert.ok(count >= 2);
});
