// What nobody should pass to commands, health, replica sets and hot keys: a KeyhomeError, and nothing half done.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import {
  Health, HotKeys, KeyhomeError, ReplicaSet, Router, commandKeys, commandKind, commandRoute, isFailure, poolNames, poolSettings, scanNext, scanTarget,
} from "keyhome";
import { config, outcome } from "./support.mjs";

const runs = { numRuns: Number(process.env.KEYHOME_PROPERTY_RUNS ?? 300) };
const ring = Router.fromConfig(config(3));

/** The code of the KeyhomeError that a call throws; fails for any other error, and for none. */
function code(call) {
  const given = outcome(call);
  assert.ok(given.code !== undefined, `no error, but ${String(given.value)}`);
  return given.code;
}

const NO_NUMBERS = [undefined, null, "1", 1n, true, {}, [], [1], new Number(1), Symbol("1"), () => 1, new Date(1)];
const OUT_OF_RANGE = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53), 1e300];
const NO_WORDS = [null, 1, {}, [], "", "reply ", "REPLY", "\ud800", "x".repeat(5000), "é", Buffer.from("reply"), Symbol("a")];
const NO_TEXT_OR_BYTES = [undefined, null, 1, 1n, true, {}, [], new Uint16Array(2), new ArrayBuffer(2), Symbol("a"), new String("a")];

/** Each number of a call is refused alike, and leaves everything as it was. */
function refuses(state, calls) {
  const before = JSON.stringify(state());
  for (const call of calls) {
    for (const value of NO_NUMBERS) assert.equal(code(() => call(value)), "argument.type", String(call));
    for (const value of OUT_OF_RANGE) assert.equal(code(() => call(value)), "argument.range", String(call));
  }
  assert.equal(JSON.stringify(state()), before);
}

test("numbers of health", () => {
  const health = new Health({ on_failure: "fail", auto_eject_hosts: true, server_failure_limit: 1 }, 3);
  refuses(() => health.snapshot(), [
    (now) => health.update(now),
    (now) => health.admit(0, now),
    (index) => health.admit(index, 0),
    (now) => health.report(0, "failure", now),
    (index) => health.report(index, "failure", 0),
    (now) => health.dueChecks(now),
    (index) => health.isLive(index),
    (now) => health.reloaded({}, ring, ring, now),
    (nodes) => new Health({}, nodes),
  ]);
  for (const index of [3, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    assert.equal(code(() => health.admit(index, 1)), "argument.range");
    assert.equal(code(() => health.report(index, "failure", 1)), "argument.range");
    assert.equal(health.isLive(index), false);
  }
  for (const word of [undefined, ...NO_WORDS]) assert.equal(code(() => health.report(0, word, 1)), "argument.type");
  assert.equal(health.live, 3);
  health.report(0, "failure", Number.MAX_SAFE_INTEGER);
  assert.equal(code(() => health.admit(0, Number.MAX_SAFE_INTEGER)), "node.ejected");
});

test("a reload of health", () => {
  const rules = { on_failure: "probe", auto_eject_hosts: true, server_failure_limit: 1 };
  const health = new Health(rules, 3);
  health.report(1, "failure", 7);
  const before = JSON.stringify(health.snapshot());
  const other = Router.fromConfig(config(4));
  for (const router of [undefined, null, {}, "ring", ring.index, health, Object.create(Router.prototype), new Proxy(ring, {})]) {
    assert.equal(code(() => health.reloaded(rules, router, ring, 8)), "argument.type");
    assert.equal(code(() => health.reloaded(rules, ring, router, 8)), "argument.type");
  }
  for (const given of [undefined, null, 1, "rules"]) assert.equal(code(() => health.reloaded(given, ring, ring, 8)), "argument.type");
  assert.equal(code(() => health.reloaded({ on_failure: "no" }, ring, ring, 8)), "argument.type");
  assert.equal(code(() => health.reloaded({ server_failure_limit: -1 }, ring, ring, 8)), "argument.range");
  assert.equal(code(() => health.reloaded(rules, other, ring, 8)), "argument.range");
  assert.equal(JSON.stringify(health.snapshot()), before);

  const next = health.reloaded(rules, ring, other, 8);
  assert.ok(next instanceof Health && next !== health);
  assert.deepEqual([next.live, next.gone(), next.update(8), next.gone()], [3, [], "changed", [1]]);
  assert.deepEqual(next.snapshot().rules, { server_retry_timeout: 30_000, ...rules });
  next.report(1, "check_passed", 9);
  assert.deepEqual([next.update(9), next.gone(), next.isLive(3), next.isLive(4)], ["changed", [], true, false]);
  assert.equal(JSON.stringify(health.snapshot()), before, "the one before stays as it was");
  // The same pool under other rules: nobody is out where nobody is ejected.
  assert.equal(health.reloaded({}, ring, ring, 8).live, 3);
});

test("rules of health", () => {
  assert.equal(code(() => new Health({}, 0)), "pool.empty");
  for (const nodes of [65_536, 2 ** 32, Number.MAX_SAFE_INTEGER]) assert.equal(code(() => new Health({}, nodes)), "config.nodes");
  assert.equal(new Health({}, 65_535).live, 65_535);
  for (const rules of [undefined, null, 1, "remap", Symbol("a")]) assert.equal(code(() => new Health(rules, 1)), "argument.type");
  for (const word of NO_WORDS.slice(1)) assert.equal(code(() => new Health({ on_failure: word }, 1)), "argument.type");
  for (const value of [0, "true", {}]) assert.equal(code(() => new Health({ auto_eject_hosts: value }, 1)), "argument.type");
  for (const name of ["server_failure_limit", "server_retry_timeout"]) {
    for (const value of NO_NUMBERS.slice(2)) assert.equal(code(() => new Health({ [name]: value }, 1)), "argument.type");
    for (const value of [...OUT_OF_RANGE, 2 ** 31, 2 ** 32]) {
      assert.equal(code(() => new Health({ [name]: value }, 1)), "argument.range");
    }
    assert.equal(new Health({ [name]: 2 ** 31 - 1 }, 1).snapshot().rules[name], 2 ** 31 - 1);
  }
  const throwing = { get on_failure() { throw new Error("no"); } };
  assert.equal(code(() => new Health(throwing, 1)), "argument.type");
  const twemproxy = { on_failure: "remap", auto_eject_hosts: false, server_failure_limit: 2, server_retry_timeout: 30_000 };
  for (const rules of [{}, { on_failure: undefined, auto_eject_hosts: null }, Object.create(null)]) {
    assert.deepEqual(new Health(rules, 1).snapshot().rules, twemproxy);
  }
});

test("numbers and words of replica sets", () => {
  const set = new ReplicaSet(ring, 1);
  refuses(() => set.snapshot(), [
    (dice) => set.choose(dice, 0),
    (now) => set.choose(0, now),
    (now) => set.sent(0, now),
    (endpoint) => set.sent(endpoint, 0),
    (now) => set.done(0, 1, now),
    (latency) => set.done(0, latency, 1),
    (endpoint) => set.done(endpoint, 1, 1),
    (now) => set.failed(0, now),
    (endpoint) => set.failed(endpoint, 1),
    (now) => set.released(0, now),
    (endpoint) => set.setUp(endpoint, true),
    (endpoint) => set.isUp(endpoint),
    (endpoint) => set.inFlight(endpoint),
    (endpoint) => set.latency(endpoint),
    (index) => new ReplicaSet(ring, index),
    (index) => set.replace(ring, index),
  ]);
  for (const beyond of [1, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    for (const call of [set.sent, set.failed, set.released]) {
      assert.equal(code(() => call.call(set, beyond, 1)), "argument.range");
    }
    assert.equal(code(() => set.done(beyond, 1, 1)), "argument.range");
    assert.equal(code(() => set.setUp(beyond, true)), "argument.range");
    assert.deepEqual([set.isUp(beyond), set.inFlight(beyond), set.latency(beyond)], [false, 0, null]);
  }
  for (const index of [3, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    assert.equal(code(() => new ReplicaSet(ring, index)), "argument.range");
    assert.equal(code(() => set.replace(ring, index)), "argument.range");
  }
  for (const word of NO_WORDS) assert.equal(code(() => set.choose(1, 1, word)), "argument.type");
  for (const word of NO_WORDS.slice(1)) assert.equal(code(() => new ReplicaSet(ring, 0, { read_from: word })), "argument.type");
  for (const zone of [1, {}, "\ud800"]) assert.equal(code(() => new ReplicaSet(ring, 0, { zone })), "argument.type");
  for (const up of [undefined, null, 0, "true"]) assert.equal(code(() => set.setUp(0, up)), "argument.type");
  for (const router of [undefined, null, {}, ring.index, set, Object.create(Router.prototype), new Proxy(ring, {})]) {
    assert.equal(code(() => new ReplicaSet(router, 0)), "argument.type");
    assert.equal(code(() => set.replace(router, 0)), "argument.type");
  }
  set.setUp(0, false);
  assert.equal(code(() => set.choose(1, 1)), "replica.unavailable");
  assert.equal(code(() => set.choose(1, 1, "nearest")), "replica.unavailable");
  assert.deepEqual([set.count, set.readFrom], [1, "primary"]);
});

test("hot keys", () => {
  const hot = new HotKeys({ capacity: 4 });
  refuses(() => [hot.total, hot.size, [...hot.toBytes()]], [
    (now) => hot.record("a", now),
    (count) => hot.record("a", 0, count ?? null),
    (now) => hot.advance(now),
  ]);
  for (const key of NO_TEXT_OR_BYTES) {
    assert.equal(code(() => hot.record(key, 0)), "key.type");
    assert.equal(code(() => hot.estimate(key)), "key.type");
    assert.equal(code(() => HotKeys.fromBytes(key)), "argument.type");
  }
  assert.equal(code(() => hot.record("\ud800", 0)), "key.encoding");
  for (const n of [undefined, null, "1", -1, Number.NaN]) assert.equal(code(() => hot.top(n)), "argument.type");
  assert.equal(hot.total, 0);
  for (const capacity of [0, 4097, 2 ** 32, 2 ** 32 + 1, ...OUT_OF_RANGE]) {
    assert.equal(code(() => new HotKeys({ capacity })), "argument.range");
  }
  for (const window of OUT_OF_RANGE) assert.equal(code(() => new HotKeys({ window })), "argument.range");
  for (const given of [null, 1, "a"]) assert.equal(code(() => new HotKeys(given)), "argument.type");
  for (const value of NO_NUMBERS.slice(2)) assert.equal(code(() => new HotKeys({ capacity: value })), "argument.type");
  assert.deepEqual(new HotKeys().options, { capacity: 256, window: 0 });
  const most = Number.MAX_SAFE_INTEGER;
  assert.deepEqual(new HotKeys({ capacity: 4096, window: most }).options, { capacity: 4096, window: most });
  assert.equal(hot.record("a", most, most), most);
  assert.equal(hot.record("a", 0, most), most);
  assert.deepEqual([hot.total, hot.estimate("a")], [most, { count: most, error: 0 }]);
  for (const other of [undefined, null, {}, hot.toBytes(), Object.create(HotKeys.prototype), new Proxy(hot, {})]) {
    assert.equal(code(() => hot.merge(other)), "argument.type");
  }
  assert.equal(code(() => hot.merge(new HotKeys({ capacity: 5 }))), "hotkeys.merge");
  assert.equal(code(() => HotKeys.fromBytes(new Uint8Array(0))), "hotkeys.bytes");
});

test("keys of every length, merged with themselves", () => {
  const hot = new HotKeys();
  let total = 0;
  for (const length of [0, 1, 3, 4, 47, 48, 49, 119, 120, 121, 128, 129, 1023, 1024, 1025, 70_000]) {
    for (const unit of ["a", "é", "漢"]) {
      const text = unit.repeat(length);
      const key = Buffer.from(text);
      hot.record(text, 1);
      assert.equal(hot.record(key, 1), length === 0 ? hot.estimate("").count : 2, `${length} times ${unit}`);
      total += 2;
    }
  }
  hot.record(new Uint8Array([255, 97]), 1, 99);
  total += 99;
  assert.deepEqual(hot.top(1), [{ key: new Uint8Array([255, 97]), length: 2, count: 99, error: 0 }]);
  hot.merge(hot);
  assert.equal(hot.total, 2 * total);
  assert.equal(hot.top(1000).length, hot.size);
  assert.deepEqual(HotKeys.fromBytes(hot.toBytes()).toBytes(), hot.toBytes());
  assert.ok(hot.top(99).every(({ key, length }) => (length > 128 ? Buffer.from(key).length === 120 : true)));
});

test("words of commands", () => {
  for (const call of [commandKeys, commandRoute]) {
    for (const args of [undefined, null, "GET a", {}, new Set(["GET"]), Buffer.from("GET")]) {
      assert.equal(code(() => call(args)), "argument.type");
    }
    for (const word of NO_TEXT_OR_BYTES.filter((word) => typeof word !== "number")) {
      for (const [words, position] of [[[word], 0], [["GET", word], 1], [["SET", "a", "b", word], 3]]) {
        const given = outcome(() => call(words));
        assert.deepEqual([given.code, given.position], ["key.type", position]);
      }
    }
    for (const words of [["\ud800", "a"], ["GET", "\ud800"], ["SET", "a", "\ud800"], ["EVAL", "\ud800", "1", "a"]]) {
      const given = outcome(() => call(words));
      assert.deepEqual([given.code, given.position], ["key.encoding", words.findIndex((word) => word === "\ud800")]);
    }
    assert.equal(code(() => call([1])), "command.unknown");
    assert.equal(code(() => call([])), "command.arguments");
    assert.equal(code(() => call([""])), "command.unknown");
    assert.equal(code(() => call(["x".repeat(5000)])), "command.unknown");
    assert.equal(code(() => call(["GET"])), "command.arguments");
    assert.equal(code(() => call(["ZINTER", "many", "a"])), "command.arguments");
    const hole = ["GET"];
    hole[2] = "a";
    assert.equal(outcome(() => call(hole)).position, 1);
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    assert.equal(code(() => call(proxy)), "argument.type");
    const throwing = new Proxy(["GET", "a"], { get: (target, name) => { if (name === "1") throw new Error("no"); return target[name]; } });
    assert.equal(code(() => call(throwing)), "argument.type");
  }
  assert.deepEqual(commandKeys(runInNewContext("['GET', new Uint8Array([97])]")), [1]);
  assert.deepEqual(commandKeys(Object.freeze(["get", "x".repeat(2 ** 24)])), [1]);
});

test("cursors, errors and settings", () => {
  for (const cursor of [undefined, null, {}, [], Symbol("a"), Buffer.from("0")]) {
    assert.equal(code(() => scanTarget(cursor, 1)), "argument.type");
    assert.equal(code(() => scanNext("0", cursor, 1)), "argument.type");
  }
  for (const cursor of ["", "-1", "1.5", " 1", "x", "\ud800", String(2n ** 64n), -1n, 2n ** 64n]) {
    assert.equal(code(() => scanTarget(cursor, 1)), "command.arguments");
    assert.equal(code(() => scanNext("0", cursor, 1)), "command.arguments");
  }
  for (const cursor of OUT_OF_RANGE) assert.equal(code(() => scanTarget(cursor, 1)), "argument.range");
  for (const nodes of NO_NUMBERS) assert.equal(code(() => scanTarget("0", nodes)), "argument.type");
  assert.equal(code(() => scanTarget("0", 0)), "command.arguments");
  for (const error of NO_TEXT_OR_BYTES) assert.equal(code(() => isFailure(error)), "argument.type");
  assert.deepEqual(["-OOM no", "LOADING", "BUSYKEY", "", "x".repeat(5000)].map(isFailure), [true, true, false, false, false]);
  assert.equal(isFailure(Buffer.from("BUSY script")), true);
  for (const text of [undefined, null, 1, {}, Buffer.from("a:")]) {
    for (const read of [poolSettings, poolNames, Router.read]) assert.equal(code(() => read(text)), "argument.type");
  }
  assert.equal(code(() => poolSettings(config(1), 1)), "argument.type");
  assert.equal(code(() => poolSettings(config(1), "other")), "pool.unknown");
  assert.equal(code(() => poolSettings("a:\n  hosh: md5\n")), "config.field");
});

test("routers without indexes, and copies", () => {
  for (const indexes of [undefined, null, 1, {}, "0"]) assert.equal(code(() => ring.withoutIndexes(indexes)), "argument.type");
  for (const [index, wanted] of [["0", "argument.type"], [null, "argument.type"], [3, "argument.range"], [-1, "argument.range"],
    [0.5, "argument.range"], [2 ** 32, "argument.range"], [Number.NaN, "argument.range"]]) {
    const given = outcome(() => ring.withoutIndexes([0, index]));
    assert.deepEqual([given.code, given.position], [wanted, 1]);
  }
  assert.equal(code(() => ring.withoutIndexes([0, 1, 2])), "pool.empty");
  assert.equal(ring.withoutIndexes([]).fingerprint, ring.fingerprint);
  assert.equal(ring.withoutIndexes([2, 0]).node("a").name, "10.0.0.2:6379");
  const copies = ring.copies("hot", 99);
  assert.equal(copies.length, 2);
  for (const { index, key } of copies) assert.equal(ring.index(key), index);
  assert.deepEqual(ring.copies(Buffer.from("hot"), 99).map(({ key }) => Buffer.from(key).toString()), copies.map(({ key }) => key));
  assert.ok(ring.copies(new Uint8Array([255]), 9).every(({ key }) => key instanceof Uint8Array && key[0] === 255));
  for (const key of NO_TEXT_OR_BYTES) assert.equal(code(() => ring.copies(key, 1)), "key.type");
  for (const n of [undefined, "1", -1]) assert.equal(code(() => ring.copies("a", n)), "argument.type");
});

test("objects are no others, and cannot be copied", () => {
  for (const [Class, ...words] of [[Health, {}, 1], [ReplicaSet, ring, 0], [HotKeys]]) {
    const object = new Class(...words);
    assert.throws(() => Class.prototype.snapshot?.call({}) ?? Class.prototype.toBytes.call({}), TypeError);
    const clone = structuredClone(object);
    assert.throws(() => (clone.snapshot ?? clone.toBytes).call(clone), TypeError);
  }
});

test("property: nothing but KeyhomeError", () => {
  const anything = fc.anything({ withBigInt: true, withBoxedValues: true, withMap: true, withNullPrototype: true, withTypedArray: true });
  const value = fc.oneof(anything, fc.integer({ min: -1, max: 4 }), fc.double(), fc.string(), fc.constantFrom("reply", "nearest", "GET", "EVAL"));
  const health = new Health({ auto_eject_hosts: true, server_failure_limit: 1 }, 3);
  const set = new ReplicaSet(ring, 0);
  const hot = new HotKeys({ capacity: 2, window: 5 });
  fc.assert(
    fc.property(value, value, value, (one, other, third) => {
      for (const call of [
        () => new Health(one, other), () => health.update(one), () => health.admit(one, other),
        () => health.report(one, other, third), () => health.dueChecks(one), () => health.isLive(one),
        () => new ReplicaSet(one, other, third), () => new ReplicaSet(ring, one, other), () => set.choose(one, other, third),
        () => set.sent(one, other), () => set.done(one, other, third), () => set.failed(one, other), () => set.setUp(one, other),
        () => set.released(one, other), () => set.replace(ring, one), () => new HotKeys(one), () => hot.record(one, other, third),
        () => hot.top(one), () => hot.estimate(one), () => hot.merge(one), () => HotKeys.fromBytes(one), () => hot.advance(one),
        () => commandKeys(one), () => commandKeys([one, other, third]), () => commandRoute([one, other]), () => commandKind(one, other), () => new Health({}, 3).reloaded(one, other, ring, third), () => isFailure(one),
        () => scanTarget(one, other), () => scanNext(one, other, third), () => poolSettings(one, other),
        () => poolNames(one), () => Router.read(one, other),
        () => ring.copies(one, other), () => ring.withoutIndexes([one, other]), () => ring.withoutIndexes(one),
      ]) {
        const given = outcome(call); // lets through what is no KeyhomeError
        assert.ok(given.code === undefined || !given.code.startsWith("engine."), given.code);
      }
    }),
    runs,
  );
  assert.ok(KeyhomeError.prototype instanceof Error);
});

test("property: any bytes are a summary or refused", () => {
  const hot = new HotKeys({ capacity: 3 });
  for (let number = 0; number < 50; number++) hot.record(`key:${number % 7}`, number);
  const whole = hot.toBytes();
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.uint8Array(), (at, byte, tail) => {
      const changed = whole.slice();
      changed[at] = byte;
      for (const bytes of [changed, whole.slice(0, at), Buffer.concat([whole.slice(0, at), tail]), tail]) {
        const { value, code } = outcome(() => HotKeys.fromBytes(bytes));
        if (code === undefined) assert.deepEqual(HotKeys.fromBytes(value.toBytes()).top(9), value.top(9));
        else assert.equal(code, "hotkeys.bytes");
      }
    }),
    runs,
  );
});
