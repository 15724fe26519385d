// The lists and numbers that have one source in the core, as this package repeats them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import * as keyhome from "keyhome";
import { PLATFORMS } from "../scripts/platforms.mjs";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");

const addon = createRequire(import.meta.url)("../build/keyhome.node").open(keyhome.KeyhomeError);

/** What the core says of itself, in the addon only: browsers need not download it. */
const catalogue = () => JSON.parse(addon.catalogue());

test("the codes of errors are those of the core", () => {
  const wanted = catalogue().error_codes.map((code) => `\n  | ${JSON.stringify(code)}`).join("");
  const given = /export type ErrorCode =([^;]*);/.exec(read("../src/error.ts"))[1];
  assert.equal(given, wanted, `the union in src/error.ts has to be\n\nexport type ErrorCode =${wanted};\n`);
  for (const code of catalogue().error_codes) {
    assert.match(read("../src/error.ts"), new RegExp(`^ \\* \\| \`${code}\` \\| .+ \\|$`, "m"), "a row for each code");
  }
});

test("the words of types are those of the core", () => {
  const union = (file, after) => {
    const [, words] = new RegExp(`${after}\\s*((?:\\|?\\s*"[^"]*"\\s*)+);`).exec(read(`../src/${file}.ts`));
    return [...words.matchAll(/"([^"]*)"/g)].map(([, word]) => word);
  };
  const lists = catalogue();
  assert.deepEqual(union("health", "type OnFailure ="), lists.on_failure);
  assert.deepEqual(union("health", "type Outcome ="), lists.outcomes);
  assert.deepEqual(union("health", "type LiveSet ="), lists.live_sets);
  assert.deepEqual(union("replica-set", "type ReadFrom ="), lists.read_from);
  assert.deepEqual(union("command", "readonly access:"), lists.access);
  assert.deepEqual(union("command", "readonly fan_out:"), lists.fan_out);
  assert.deepEqual(union("command", "readonly merge:"), lists.merge);
  assert.deepEqual(union("answers", "type Positions ="), lists.positions);
  const positions = /POSITIONS: readonly Positions\[\] = (\[.*\]);/.exec(read("../src/router.ts"))[1];
  assert.deepEqual(JSON.parse(positions), lists.positions);
  const places = /LIVE_SETS: readonly LiveSet\[\] = (\[.*\]);/.exec(read("../src/health.ts"))[1];
  assert.deepEqual(JSON.parse(places), lists.live_sets);
});

test("one version", () => {
  const [, workspace] = /\[workspace\.package\]\nversion = "([^"]+)"/.exec(read("../../Cargo.toml"));
  assert.equal(keyhome.version, workspace);
  assert.equal(JSON.parse(read("../package.json")).version, workspace);
  assert.equal(JSON.parse(read("../package-lock.json")).version, workspace);
});

test("the engine that was asked for runs", () => {
  const wanted = process.env.KEYHOME_ENGINE;
  assert.equal(keyhome.engine, wanted || "native");
});

test("import and require give the same things", async () => {
  const required = createRequire(import.meta.url)("keyhome");
  assert.deepEqual({ ...required }, { ...keyhome });
  assert.equal(await keyhome.init(), undefined);
});

test("errors look like errors", () => {
  const error = catchOf(() => keyhome.slot(1));
  assert.ok(error instanceof keyhome.KeyhomeError);

  assert.equal(error.name, "KeyhomeError");
  assert.match(String(error), /^KeyhomeError: a key is a string or a Uint8Array/);
  assert.match(error.stack, /catalogue\.test\.mjs/);
  assert.deepEqual(Object.keys(error), ["code"]);
  const placed = catchOf(() => keyhome.Router.fromConfig("a:\n  servers:\n   - x\n"));
  assert.deepEqual([placed.code, placed.line, placed.column], ["config.server", 3, 6]);
  assert.match(placed.message, /^line 3, column 6: /);
});

function catchOf(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

test("the release workflow builds an addon for each platform that the package names", () => {
  const workflow = read("../../.github/workflows/release.yml");
  const built = [...workflow.matchAll(/\{ package: (keyhome-[\w-]+),/g)].map(([, name]) => name);
  assert.deepEqual(built.toSorted(), PLATFORMS.map(({ name }) => name).toSorted());
  assert.match(workflow, new RegExp(`wc -l\\)" = ${PLATFORMS.length + 1}$`, "m"));
});
