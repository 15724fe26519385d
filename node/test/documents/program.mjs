// Runs the blocks of blocks.json one after the other, as one program whose names the next block knows, and prints how many values
// it compared. What the examples leave open ends with this process.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as keyhome from "keyhome";

const AsyncFunction = (async () => {}).constructor;
const require = createRequire(import.meta.url);
let compared = 0;

/** ioredis by `require`, for which `which-ioredis.mjs` chooses. */
async function load(name) {
  return name === "ioredis" ? { ...require(name), default: require(name) } : import(name);
}

function equal(given, wanted) {
  assert.deepEqual(given, wanted);
  compared++;
}

// Without strict mode a name that is assigned to is there for the next block as well.
function runnable(code) {
  return code
    .replace(/^import (\{[^}]*\}) from "([^"]*)";(.*)$/gm, (_, names, from) => `(${names.replaceAll(" as ", ": ")} = await load("${from}"));`)
    .replace(/^import (\w+) from "([^"]*)";(.*)$/gm, '({ default: $1 } = await load("$2"));')
    .replace(/^(?:const|let) (\{[^}]*\}) = (.*);$/gm, "($1 = $2);")
    .replace(/^(?:const|let) (\w+) = /gm, "$1 = ")
    .replace(/^(.+); \/\/ => (.+)$/gm, "equal($1, $2);");
}

globalThis.keyhome = keyhome;
for (const block of JSON.parse(readFileSync("blocks.json", "utf8"))) {
  const code = runnable(block);
  const silent = { ...console, log() {}, error() {} };
  await new AsyncFunction("load", "equal", "console", code)(load, equal, silent).catch((error) => {
    throw new Error(code, { cause: error });
  });
}
process.stdout.write(JSON.stringify({ compared }), () => process.exit(0));
