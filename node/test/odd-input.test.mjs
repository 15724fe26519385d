// What nobody should pass: the right answer or a KeyhomeError, never anything else, and both engines in the same words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { KeyhomeError, Router, engine, slot, slots, slotsPacked } from "keyhome";
import { config, outcome, pack } from "./support.mjs";

const ring = Router.fromConfig(config(10, "  hash_tag: '{}'\n"));
const runs = { numRuns: Number(process.env.KEYHOME_PROPERTY_RUNS ?? 300) };

/** The code of the KeyhomeError that a call throws; fails for any other error, and for none. */
function code(call) {
  const given = outcome(call);
  assert.ok(given.code !== undefined, `no error, but ${String(given.value)}`);
  return given.code;
}

test("lone surrogates are errors, never homes", () => {
  for (const key of ["\ud800", "\udc00", "a\ud83d", "\ude00\ud83d", `${"x".repeat(5000)}\udfff`, `é${"\udbff"}é`]) {
    for (const call of [slot, ring.index, (key) => ring.node(key), (key) => ring.explain(key)]) {
      assert.equal(code(() => call(key)), "key.encoding");
    }
    assert.equal(code(() => ring.successors(key, 1)), "key.encoding");
    for (const keys of [["a", "b", key], ["a", Buffer.from("b"), key], ["é", "b", key]]) {
      for (const call of [slots, (keys) => ring.indexes(keys), (keys) => ring.group(keys)]) {
        const given = outcome(() => call(keys));
        assert.deepEqual([given.code, given.position], ["key.encoding", 2]);
      }
    }
  }
  // Halves that meet only where keys are put one behind the other.
  assert.deepEqual(outcome(() => ring.indexes(["a\ud83d", "\ude00b"])).position, 0);
});

test("text of every length and width", () => {
  for (const character of ["a", "é", "ж", "漢", "😀"]) {
    for (const length of [0, 1, 7, 8, 9, 15, 16, 31, 32, 127, 128, 253, 254, 255, 256, 257, 1023, 1024, 1025, 70_000]) {
      const text = character.repeat(length);
      assert.equal(slot(text), slot(Buffer.from(text)), `${length} times ${character}`);
      assert.equal(ring.index(text), ring.index(Buffer.from(text)));
      assert.equal(ring.index(`{x}${text}`), ring.index("x"));
    }
  }
});

test("text in all the forms that V8 gives it", () => {
  const long = "0123456789".repeat(10);
  for (let end = 0; end <= long.length; end++) {
    const flat = Buffer.from(long.slice(0, end)).toString();
    assert.equal(slot(long.slice(0, end)), slot(flat), "a slice");
    assert.equal(slot(`${long.slice(0, end)}${"a".repeat(end % 7)}`), slot(flat + "a".repeat(end % 7)), "a rope");
    assert.equal(slot(`é${long}`.slice(1, end + 1)), slot(flat), "ASCII inside of wide text");
    assert.equal(slot(`漢${long}`.slice(1, end + 1)), slot(flat), "ASCII inside of wider text");
  }
});

test("views of all kinds of memory", () => {
  const shared = new Uint8Array(new SharedArrayBuffer(64)).fill(97);
  const resizable = new Uint8Array(new ArrayBuffer(8, { maxByteLength: 64 })).fill(97);
  const memory = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer, 3, 9).fill(97);
  const small = new Uint8Array([97, 97, 97]);
  class Mine extends Uint8Array {}
  for (const view of [shared, shared.subarray(5, 44), resizable, memory, small, new Mine(3).fill(97), Buffer.alloc(300, 97)]) {
    const text = "a".repeat(view.length);
    assert.equal(slot(view), slot(text));
    assert.equal(ring.index(view), ring.index(text));
    assert.deepEqual(ring.indexes([view, text]), Uint32Array.of(ring.index(text), ring.index(text)));
  }
  const offsets = Uint32Array.of(0, 4, 64);
  assert.deepEqual(slotsPacked(shared, offsets), Uint16Array.of(slot("aaaa"), slot("a".repeat(60))));
  const sharedOffsets = new Uint32Array(new SharedArrayBuffer(12));
  sharedOffsets.set(offsets);
  assert.deepEqual(slotsPacked(shared, sharedOffsets), slotsPacked(new Uint8Array(shared), offsets));
  assert.equal(slot(new Uint8Array(0)), slot(""));

  const gone = new Uint8Array(8);
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  for (const call of [slot, ring.index, (key) => ring.explain(key), (key) => slots([key])]) {
    assert.equal(code(() => call(gone)), "key.type");
  }
  assert.equal(code(() => slotsPacked(gone, Uint32Array.of(0))), "key.type");
  const noOffsets = new Uint32Array(2);
  structuredClone(noOffsets.buffer, { transfer: [noOffsets.buffer] });
  assert.equal(code(() => slotsPacked(new Uint8Array(0), noOffsets)), "batch.offsets");
  for (const call of [() => slot(gone), () => ring.indexes([gone])]) assert.throws(call, /the bytes are gone/);
});

/** What is no key. */
const NO_KEYS = [
  undefined, null, true, 0, -1, 1.5, Number.NaN, 10n, Symbol("a"), {}, [], [97], () => "a", new String("a"), new Date(0),
  new DataView(new ArrayBuffer(4)), new ArrayBuffer(4), new SharedArrayBuffer(4), new Uint16Array(4), new Int8Array(4),
  new Uint8ClampedArray(4), new Float64Array(4), new Map(), /a/, Object.freeze({}), new Proxy({}, {}),
  new Proxy(new Uint8Array(4), {}), Object.create(null), Object.create(Uint8Array.prototype), new (class A {})(),
  { toString: () => "a", length: 1 }, ring, ring.index, globalThis,
];

test("what is neither text nor bytes", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const key of [...NO_KEYS, proxy]) {
    for (const call of [slot, ring.index, (key) => ring.node(key), (key) => ring.explain(key), (key) => ring.successors(key, 1)]) {
      assert.equal(code(() => call(key)), "key.type");
    }
    for (const call of [slots, (keys) => ring.indexes(keys), (keys) => ring.group(keys)]) {
      const given = outcome(() => call(["a", key]));
      assert.deepEqual([given.code, given.position], ["key.type", 1]);
    }
    assert.equal(code(() => slotsPacked(key, Uint32Array.of(0))), "key.type");
  }
  assert.equal(code(() => slot()), "key.type");
  assert.equal(code(() => ring.index()), "key.type");
});

test("bytes and maps of another realm", () => {
  const there = (source) => runInNewContext(source);
  assert.equal(slot(there("new Uint8Array([102, 111, 111])")), slot("foo"));
  assert.deepEqual(slots(there("['foo', new Uint8Array([102])]")), slots(["foo", "f"]));
  const reply = there(`[new Map([["slots", [0, 16383]], ["nodes", [new Map([["id", "a"], ["port", 1], ["endpoint", "h"],
    ["role", "master"], ["health", new Uint8Array([111, 110, 108, 105, 110, 101])]])]]])]`);
  assert.equal(Router.fromCluster(reply).nodes[0].name, "h:1");
});

test("bytes that lie about themselves", () => {
  const lying = (object) => {
    for (const name of ["length", "byteLength", "byteOffset", "buffer", "constructor", Symbol.iterator, Symbol.toStringTag]) {
      Object.defineProperty(object, name, { get: () => 5000 });
    }
    return object;
  };
  class Mine extends Uint8Array {
    get length() {
      return 2;
    }
    get buffer() {
      return new ArrayBuffer(9);
    }
  }
  const orphan = Object.setPrototypeOf(Buffer.from("user:1001").subarray(), null);
  const long = Buffer.alloc(3000, "ab");
  for (const [key, text] of [
    [lying(new Uint8Array(Buffer.from("user:1001"))), "user:1001"], [Mine.from(Buffer.from("user:1001")), "user:1001"],
    [orphan, "user:1001"], [lying(new Uint8Array(long)), long.toString()],
  ]) {
    assert.equal(slot(key), slot(text));
    assert.deepEqual(slots([key, "a"]), slots([text, "a"]));
    assert.equal(ring.index(key), ring.index(text));
    assert.deepEqual(ring.indexes(["a", key]), ring.indexes(["a", text]));
    assert.deepEqual(ring.group(["a", key]), ring.group(["a", text]));
    assert.deepEqual(ring.successors(key, 2), ring.successors(text, 2));
    assert.deepEqual(ring.explain(key), ring.explain(text));
    const offsets = Object.setPrototypeOf(Uint32Array.of(0, text.length), null);
    assert.deepEqual(ring.indexesPacked(key, offsets), ring.indexes([text]));
    assert.deepEqual(slotsPacked(key, offsets), slots([text]));
  }
});

test("the first key without a home is the error", () => {
  const few = Router.fromCluster([[0, 100, ["10.0.0.1", 6379]]]);
  const covered = Array.from({ length: 20_000 }, (_, number) => `${number}`).filter((key) => slot(key) <= 100);
  for (const odd of ["\ud800", undefined, 5, {}]) {
    for (const at of [0, 1, 30]) {
      for (const bytes of [false, true]) {
        const keys = covered.map((key) => (bytes ? Buffer.from(key) : key));
        keys.splice(at, 0, "user:1001", odd);
        for (const call of [(keys) => few.indexes(keys), (keys) => few.group(keys)]) {
          const given = outcome(() => call(keys));
          assert.deepEqual([given.code, given.position], ["slot.uncovered", at]);
          const later = outcome(() => call(keys.toSpliced(at, 1)));
          assert.deepEqual([later.code, later.position], [odd === "\ud800" ? "key.encoding" : "key.type", at]);
        }
      }
    }
  }
});

test("keys that are no array, and arrays that lie", () => {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  const throwing = new Proxy(["a"], { get: () => { throw new Error("no"); } });
  for (const keys of [undefined, null, 1, "ab", {}, new Set(["a"]), new Uint8Array(2), { length: 1, 0: "a" }, proxy, throwing]) {
    for (const call of [slots, (keys) => ring.indexes(keys), (keys) => ring.group(keys)]) {
      assert.equal(code(() => call(keys)), "argument.type");
    }
    if (keys !== undefined) assert.equal(code(() => ring.without(keys)), "argument.type");
  }
  const sparse = ["a"];
  sparse[3] = "b";
  assert.deepEqual(outcome(() => slots(sparse)).position, 1);
  assert.deepEqual(slots(Object.freeze(["a", "b"])), slots(["a", "b"]));
  assert.deepEqual(slots(new Proxy(["a", "b"], {})), slots(["a", "b"]));
  let reads = 0;
  const changing = new Proxy(["a", "b"], { get: (target, name) => (name === "0" && reads++ ? "longer" : target[name]) });
  assert.deepEqual(slots(changing), slots(["a", "b"]), "each key is read once");
  class Sequence extends Array {
    static get [Symbol.species]() {
      throw new Error("no");
    }
    *[Symbol.iterator]() {
      yield "other";
    }
  }
  for (const keys of [Sequence.of("a", "b"), Sequence.of("a", Buffer.from("b"))]) assert.deepEqual(slots(keys), slots(["a", "b"]));
  // As long as they like: nothing is made of what is not there.
  for (const length of [2 ** 27, 2 ** 32 - 1]) assert.ok(["key.type", "argument.type"].includes(code(() => slots(new Array(length)))));
  for (const length of [-1, 2 ** 53 - 1, { valueOf: () => { throw new Error("no"); } }, 10n, Symbol("a")]) {
    const endless = new Proxy(["a"], { get: (target, name) => (name === "length" ? length : (target[name] ?? "a")) });
    if (length !== 10n) assert.equal(code(() => slots(endless)), "argument.type");
    else assert.equal(slots(endless).length, 10);
  }
  const joining = Object.assign(["a", "b"], { join: () => "other" });
  assert.deepEqual(slots(joining), slots(["a", "b"]));
  assert.deepEqual(slots([]), new Uint16Array(0));
  assert.deepEqual(ring.group([]), new Map());
});

test("offsets that do not fit", () => {
  const bytes = Buffer.from("abc");
  for (const offsets of [[], [1, 3], [0, 2], [0, 4], [0, 2, 1, 3], [0xffffffff], [0, 0xffffffff, 3]]) {
    assert.equal(code(() => slotsPacked(bytes, Uint32Array.from(offsets))), "batch.offsets");
    assert.equal(code(() => ring.indexesPacked(bytes, Uint32Array.from(offsets))), "batch.offsets");
  }
  for (const offsets of [undefined, null, [0, 3], new Uint16Array([0, 3]), new Float64Array([0, 3]), {}]) {
    assert.equal(code(() => slotsPacked(bytes, offsets)), "batch.offsets");
  }
});

test("other arguments of other types", () => {
  for (const text of [undefined, null, 1, {}, Buffer.from("a:"), Symbol("a")]) {
    assert.equal(code(() => Router.fromConfig(text)), "argument.type");
    if (text != null) assert.equal(code(() => Router.fromConfig(config(2), text)), "argument.type");
    assert.equal(code(() => ring.without([text])), "argument.type");
  }
  assert.equal(code(() => Router.fromConfig("a: \ud800")), "config.syntax");
  assert.equal(code(() => Router.fromConfig(config(2), "\ud800")), "pool.unknown");
  assert.deepEqual(outcome(() => ring.without(["10.0.0.1:6379", "\ud800"])).code, "node.unknown");
  for (const n of [undefined, null, "1", -1, Number.NaN, {}, 1n]) {
    assert.equal(code(() => ring.successors("a", n)), "argument.type");
  }
  for (const n of [9, 9.9, 2 ** 31, 2 ** 32, 2 ** 53, Number.POSITIVE_INFINITY]) {
    assert.equal(ring.successors("a", n).length, 9);
  }
  for (const other of [undefined, null, {}, ring.index, Object.create(Router.prototype), new Proxy(ring, {})]) {
    assert.equal(code(() => ring.diff(other)), "argument.type");
  }
  assert.throws(() => new Router(), KeyhomeError);
  assert.throws(() => new Router({ index: 1 }), KeyhomeError);
});

test("replies that are none", () => {
  const circular = [];
  circular.push(circular);
  const deep = JSON.parse("[".repeat(5000) + "]".repeat(5000));
  const throwing = { get slots() { throw new Error("no"); } };
  // A few objects that are two thousand million values.
  let wide = [];
  for (let depth = 0; depth < 31; depth++) wide = [wide, wide];
  const replies = [undefined, null, 1, 1.5, Number.NaN, 10n, true, Symbol("a"), () => 1, "", "x", [], {}, new Map(), circular,
    deep, wide, throwing, [[0, 16383, ["\ud800", 1]]], [[0, 16383, [Buffer.from([255]), 1]]], [new Map([[{}, 1]])], new Date(0),
    [[0, 1e300, ["a", 1]]], [[0n, 2n ** 70n, ["a", 1n]]], Buffer.from([255])];
  for (const reply of replies) assert.equal(code(() => Router.fromCluster(reply)), "cluster.reply");
  assert.equal(Router.fromCluster([[0n, 16383n, [Buffer.from("a"), 1n]]]).nodes[0].name, "a:1");
});

test("nodes and errors cannot be changed, functions need no this", () => {
  const router = Router.fromCluster([[0, 16383, ["a", 1, "id"], ["b", 2, "other"]]]);
  for (const frozen of [router.nodes, router.nodes[0], router.nodes[0].replicas, router.nodes[0].replicas[0]]) {
    assert.ok(Object.isFrozen(frozen));
  }
  assert.equal(router.nodes, router.nodes);
  assert.equal(router.without([]).nodes, router.nodes);
  const { index } = ring;
  const { fromConfig } = Router;
  assert.deepEqual(["a", "b"].map((key) => index(key)), [...ring.indexes(["a", "b"])]);
  assert.deepEqual(["a", "b"].map(index), [...ring.indexes(["a", "b"])]);
  assert.equal(fromConfig(config(1)).index("a"), 0);
});

test("property: any text and any bytes have the home of their UTF-8", () => {
  const key = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }), fc.string({ maxLength: 400 }));
  fc.assert(
    fc.property(fc.array(key), (keys) => {
      const bytes = keys.map((key) => new TextEncoder().encode(key));
      const homes = keys.map((key) => ring.index(key));
      assert.deepEqual(bytes.map((key) => ring.index(key)), homes);
      for (const form of [keys, bytes, keys.map((key, position) => (position % 2 ? key : bytes[position]))]) {
        assert.deepEqual([...ring.indexes(form)], homes);
        assert.deepEqual([...slots(form)], keys.map((key) => slot(key)));
      }
      assert.deepEqual([...ring.indexesPacked(...pack(bytes))], homes);
    }),
    runs,
  );
});

test("property: UTF-16 that is not well-formed is an error, the rest is not", () => {
  const units = fc.array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd700, max: 0xe0ff })));
  fc.assert(
    fc.property(units, (units) => {
      const key = String.fromCharCode(...units);
      const wanted = key.isWellFormed() ? undefined : "key.encoding";
      assert.equal(outcome(() => slot(key)).code, wanted);
      assert.equal(outcome(() => ring.indexes(["a", key])).code, wanted);
    }),
    runs,
  );
});

test("property: nothing but KeyhomeError", () => {
  const anything = fc.anything({
    withBigInt: true, withBoxedValues: true, withDate: true, withMap: true, withNullPrototype: true,
    withObjectString: true, withSet: true, withSparseArray: true, withTypedArray: true, withUnicodeString: true,
  });
  const texts = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.json(), fc.constantFrom(config(2), "{", "a:\n  servers:\n   - "));
  fc.assert(
    fc.property(anything, anything, texts, (one, other, text) => {
      for (const call of [
        () => slot(one), () => slots(one), () => slotsPacked(one, other), () => ring.index(one), () => ring.node(one),
        () => ring.indexes(one), () => ring.indexes([one, other]), () => ring.indexesPacked(one, other),
        () => ring.group(one), () => ring.successors(one, other), () => ring.successors("a", one),
        () => ring.without(one), () => ring.without([one, other]), () => ring.explain(one), () => ring.diff(one),
        () => Router.fromConfig(one, other), () => Router.fromConfig(text, other), () => Router.fromConfig(text),
        () => Router.fromCluster(one), () => Router.fromCluster([one]),
        () => Router.fromCluster([[0, 16383, [one, other]]]), () => Router.fromCluster(text),
      ]) {
        outcome(call); // lets through what is no KeyhomeError
      }
    }),
    runs,
  );
});

test("huge texts", () => {
  const huge = "x".repeat(2 ** 27);
  const index = ring.index(huge);
  assert.equal(ring.index(Buffer.from(huge)), index);
  assert.deepEqual([...ring.indexes(["a", huge, huge])], [ring.index("a"), index, index]);
  assert.equal(code(() => ring.index(`${huge}\ud800`)), "key.encoding");
});

test("more bytes than there is memory for", () => {
  const huge = new Uint8Array(2 ** 31 + 1); // nobody writes to it, so the system gives it no memory
  const home = ring.index("user:1001");
  if (engine === "wasm") {
    const offsets = Uint32Array.of(0, huge.length);
    for (const call of [() => slot(huge), () => slots([huge]), () => ring.index(huge), () => ring.indexesPacked(huge, offsets)]) {
      assert.equal(code(call), "engine.failure");
    }
  } else {
    assert.equal(slot(huge), slot(huge.subarray(1)), "zeros change no CRC");
  }
  assert.equal(ring.index("user:1001"), home, "the engine goes on");
});
