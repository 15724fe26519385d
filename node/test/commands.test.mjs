// Commands: the cases of the contract, in every form of words; and cursors.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { commandKeys, commandKind, commandRoute, scanNext, scanTarget } from "keyhome";
import { outcome } from "./support.mjs";

const cases = JSON.parse(readFileSync(new URL("../../tests/contract/commands.json", import.meta.url), "utf8"));

test("the cases of the contract", () => {
  for (const { name, args, positions, error } of cases) {
    const mixed = args.map((word, at) => (at % 2 ? word : Buffer.from(word)));
    for (const words of [args, args.map((word) => Buffer.from(word)), mixed]) {
      const { value, code } = outcome(() => commandKeys(words));
      assert.deepEqual([value, code], [positions, error], name);
      const route = outcome(() => commandRoute(words));
      if (error !== undefined) assert.equal(route.code, error, name);
      // A command of which one part would be short of a word has keys, but no route.
      else if (route.code === undefined) assert.deepEqual(route.value.keys, positions, name);
      else assert.equal(route.code, "command.arguments", name);
    }
  }
  console.log(`${cases.length} commands`);
  assert.ok(cases.length > 800);
});

test("any number of words", () => {
  for (const count of [1, 2, 1021, 1022, 1023, 1024, 5000, 70_000]) {
    const keys = Array.from({ length: count }, (_, number) => `key:${number}`);
    const wanted = keys.map((_, number) => number + 1);
    assert.deepEqual(commandKeys(["MGET", ...keys]), wanted);
    assert.deepEqual(commandKeys(["MSET", ...keys.flatMap((key) => [key, "é"])]), wanted.map((at) => 2 * at - 1));
    assert.deepEqual(commandRoute(["del", ...keys]).keys, wanted);
  }
});

test("numbers are words, as clients send them", () => {
  assert.deepEqual(commandKeys(["ZUNIONSTORE", "sum", 2, "a", "b", "WEIGHTS", 1, 2.5]), [1, 3, 4]);
  assert.deepEqual(commandKeys(["SET", 1, 2]), [1]);
  assert.deepEqual(commandRoute(["EVAL", "return 1", 1, "a"]).keys, [3]);
});

test("routes say all there is to say", () => {
  assert.deepEqual(commandRoute(["MSET", "a", "1", "b", "2"]), {
    command: "mset",
    access: "write",
    blocking: false,
    keys: [1, 3],
    channels: [],
    fan_out: "split",
    merge: "all_ok",
    key_step: 2,
  });
  assert.deepEqual(commandRoute(["SSUBSCRIBE", "news", "sport"]).channels, [1, 2]);
  assert.equal(commandRoute(["SCAN", "0"]).merge, "cursor");
  assert.equal(outcome(() => commandRoute(["MSET", "a", "1", "b"])).code, "command.arguments");
});

test("kinds say what a name alone says", () => {
  assert.deepEqual(commandKind("get"), {
    command: "get",
    access: "read",
    blocking: false,
    fan_out: "home",
    merge: "none",
    key_step: 1,
    container: false,
    only_key: 1,
  });
  assert.deepEqual(commandKind(Buffer.from("Get"), "key"), commandKind("GET"));
  const words = (kind) => [kind.command, kind.container, kind.only_key];
  assert.deepEqual(words(commandKind("XGROUP", Buffer.from("create"))), ["xgroup|create", false, 2]);
  assert.deepEqual(words(commandKind("XGROUP", undefined)), ["xgroup", true, null]);
  assert.deepEqual(words(commandKind("MSET")), ["mset", false, null]);
  for (const unknown of [["GOT"], [""], ["XGROUP", "no"], ["XGROUP", ""], ["xgroup|create"]]) {
    assert.equal(outcome(() => commandKind(...unknown)).code, "command.unknown");
  }
  for (const { args, positions } of cases.filter(({ positions }) => positions !== undefined)) {
    const { only_key, ...kind } = commandKind(args[0], args[1]);
    if (only_key !== null) assert.deepEqual(positions, [only_key], args);
    const route = outcome(() => commandRoute(args)).value;
    for (const name in kind) if (route !== undefined && name in route) assert.equal(kind[name], route[name], args);
  }
});

test("a scan comes by every node once", () => {
  const nodes = [[0], [7, 3, 0], [2n ** 47n, 0], [0]];
  const seen = [];
  let cursor = "0";
  do {
    const target = scanTarget(cursor, nodes.length);
    seen.push([target.node, target.cursor]);
    const answers = nodes[target.node];
    const at = target.cursor === "0" ? 0 : answers.findIndex((answer) => String(answer) === target.cursor) + 1;
    cursor = scanNext(cursor, answers[at], nodes.length);
  } while (cursor !== "0");
  const wanted = [[0, "0"], [1, "0"], [1, "7"], [1, "3"], [2, "0"], [2, String(2n ** 47n)], [3, "0"]];
  assert.deepEqual(seen, wanted);
  assert.deepEqual(scanTarget(51, 3), scanTarget("51", 3));
  assert.deepEqual(scanTarget(51n, 3), scanTarget("51", 3));
  // The cursor of a single server may be any number of 64 bits.
  assert.deepEqual(scanTarget(2n ** 64n - 1n, 1), { node: 0, cursor: String(2n ** 64n - 1n) });
  assert.equal(scanNext("0", 2n ** 64n - 1n, 1), String(2n ** 64n - 1n));
  assert.equal(outcome(() => scanNext("0", 2n ** 64n - 1n, 2)).code, "command.arguments");
});
