// The numbers by which WebAssembly is asked are written down twice.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");

/** `hot_keys` and `TO_BYTES` as `hotKeysToBytes`; `nothing` is no part of a name. */
function name(kind, question) {
  const words = `${kind === "nothing" ? "" : `${kind}_`}${question}`.toLowerCase();
  return words.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
}

test("both sides give the same number to each question", () => {
  const inRust = {};
  for (const [, kind, constants] of read("../../bindings/wasm/src/asked.rs").matchAll(/mod (\w+) \{([^}]*)\}/g)) {
    for (const [, question, number] of constants.matchAll(/const (\w+): u32 = (\d+);/g)) {
      if (question !== "KIND") inRust[name(kind, question)] = Number(number);
    }
  }
  const inTypeScript = {};
  for (const [, question, number] of read("../src/engine/asked.ts").matchAll(/^ {2}(\w+) = (\d+),$/gm)) {
    inTypeScript[question] = Number(number);
  }
  assert.ok(Object.keys(inRust).length > 40);
  assert.deepEqual(inTypeScript, inRust);
  assert.equal(new Set(Object.values(inRust)).size, Object.keys(inRust).length);
});
