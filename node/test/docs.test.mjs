// The examples of the README and of the documentation in the sources are run: `call; // => value` has to be so.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as keyhome from "keyhome";

// The examples read the nutcracker.yml that lies beside the transcripts of the command.
process.chdir(fileURLToPath(new URL("../../tests/command/", import.meta.url)));

const AsyncFunction = (async () => {}).constructor;
const connect = (address) => ({ get: async (key) => `${key} at ${address}` });

/** Runs examples one after the other, as one program; gives the number of values compared. */
async function run(examples) {
  let compared = 0;
  const equal = (given, wanted) => {
    assert.deepEqual(given, wanted);
    compared++;
  };
  const code = examples
    .join("\n")
    .replace(/^import (\{[^}]*\}) from "keyhome";$/gm, "const $1 = keyhome;")
    .replace(/^import (\{[^}]*\}) from "(node:[^"]*)";$/gm, 'const $1 = await import("$2");')
    .replace(/^(.+); \/\/ => (.+)$/gm, "equal($1, $2);");
  const silent = { log() {}, error() {} };
  await new AsyncFunction("keyhome", "connect", "equal", "console", code)(keyhome, connect, equal, silent);
  return compared;
}

/** A README, and how many values its examples show at least. */
const READMES = [
  ["../README.md", 7],
  ["../../README.md", 2],
];

for (const [path, least] of READMES) {
  test(path, async () => {
    const text = readFileSync(new URL(path, import.meta.url), "utf8");
    const examples = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
    const compared = await run(examples);
    console.log(`${path}: ${examples.length} examples, ${compared} values`);
    assert.ok(compared >= least);
  });
}

test("the examples in the sources", async () => {
  const sources = new URL("../src/", import.meta.url);
  let count = 0;
  for (const file of readdirSync(sources).filter((name) => name.endsWith(".ts"))) {
    const text = readFileSync(new URL(file, sources), "utf8");
    for (const [, code] of text.matchAll(/@example\n[ *]*```ts\n(.*?)[ *]*```/gs)) {
      await run([code.replace(/^ *\* ?/gm, "")]);
      count++;
    }
  }
  console.log(`sources: ${count} examples`);
  assert.ok(count >= 2);
});
