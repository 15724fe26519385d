// pipeline(): one pipeline a node, results in the order of the calls; and the same by itself, with autopipelining.

import assert from "node:assert/strict";
import { test } from "node:test";
import { serversForTests } from "../servers/for-tests.mjs";
import { keyOn, keysOf, plain, sharded } from "./support.mjs";

const { servers } = serversForTests(3, { emptied: true });

test("results are in the order of the calls", async (t) => {
  const redis = sharded(t, servers);
  const keys = keysOf(redis, 500, { atLeast: 50 });
  const pipeline = redis.pipeline();
  for (const [at, key] of keys.entries()) pipeline.set(key, at).get(key);
  assert.equal(pipeline.length, 1000);
  const results = await pipeline.exec();
  assert.deepEqual(results, keys.flatMap((_, at) => [[null, "OK"], [null, String(at)]]));
});

test("commands on one key keep their order", async (t) => {
  const redis = sharded(t, servers);
  const keys = keysOf(redis, 30);
  const pipeline = redis.pipeline();
  for (let round = 0; round < 20; round++) for (const key of keys) pipeline.append(key, `${round},`);
  await pipeline.exec();
  const wanted = Array.from({ length: 20 }, (_, round) => `${round},`).join("");
  assert.deepEqual(await redis.mget(keys), keys.map(() => wanted));
});

test("split commands keep their order among the others", async (t) => {
  const redis = sharded(t, servers);
  const keys = keysOf(redis, 30);
  const results = await redis
    .pipeline()
    .mset(keys.flatMap((key) => [key, 1]))
    .incr(keys[0])
    .mget(keys)
    .del(keys.slice(0, 10))
    .exists(keys)
    .dbsize()
    .incr(keys[0])
    .exec();
  const read = keys.map((_, at) => (at === 0 ? "2" : "1"));
  assert.deepEqual(results, [[null, "OK"], [null, 2], [null, read], [null, 10], [null, 20], [null, 20], [null, 1]]);
});

test("one pipeline a node: all of a node's commands leave in one write", async (t) => {
  const redis = sharded(t, servers);
  await redis.connect();
  const writes = redis.nodes().map(({ stream }) => countedWrites(stream));
  const pipeline = redis.pipeline();
  for (const key of keysOf(redis, 300)) pipeline.get(key);
  await pipeline.exec();
  assert.deepEqual(writes.map(({ count }) => count), [1, 1, 1]);
});

test("the calls of one tick leave in one write a node, too", async (t) => {
  const redis = sharded(t, servers);
  await redis.connect();
  const writes = redis.nodes().map(({ stream }) => countedWrites(stream));
  await Promise.all(keysOf(redis, 300).map((key) => redis.get(key)));
  assert.deepEqual(writes.map(({ count }) => count), [1, 1, 1]);
});

/** Counts what a socket hands to the system: many chunks at once are one. */
function countedWrites(stream) {
  const writes = { count: 0 };
  for (const name of ["_write", "_writev"]) {
    const write = stream[name].bind(stream);
    stream[name] = (...args) => {
      writes.count++;
      return write(...args);
    };
  }
  return writes;
}

test("errors of a server stand at their command, and the others are done", async (t) => {
  const redis = sharded(t, servers);
  const [a, b] = [keyOn(redis, 0), keyOn(redis, 1)];
  const results = await redis.pipeline().set(a, "x").lpush(a, 1).set(b, "y").incr(b).get(a).exec();
  assert.deepEqual(results.map(([error, reply]) => [error?.message.split(" ")[0] ?? null, reply]), [
    [null, "OK"],
    ["WRONGTYPE", undefined],
    [null, "OK"],
    ["ERR", undefined],
    [null, "x"],
  ]);
});

test("what has no home stands at its command, and the others are done", async (t) => {
  const redis = sharded(t, servers);
  const [a, b] = [keyOn(redis, 0), keyOn(redis, 1)];
  const results = await redis.pipeline().set(a, "x").rename(a, b).shutdown().get(a).exec();
  assert.deepEqual(results.map(([error, reply]) => [error?.code ?? null, reply]), [
    [null, "OK"],
    ["client.nodes", undefined],
    ["client.unsupported", undefined],
    [null, "x"],
  ]);
});

test("an empty pipeline, an array of commands, addBatch, call, Buffers, callbacks", async (t) => {
  const redis = sharded(t, servers);
  assert.deepEqual(await redis.pipeline().exec(), []);
  assert.deepEqual(await redis.pipeline([["set", "a", 1], ["get", "a"]]).exec(), [[null, "OK"], [null, "1"]]);
  assert.deepEqual(await redis.pipeline().addBatch([["get", "a"], ["incr", "a"]]).exec(), [[null, "1"], [null, 2]]);
  assert.deepEqual(await redis.pipeline().call("SET", "a", "5").call("get", "a").exec(), [[null, "OK"], [null, "5"]]);
  assert.deepEqual(await redis.pipeline().getBuffer("a").exec(), [[null, Buffer.from("5")]]);
  const called = [];
  const results = await redis
    .pipeline()
    .set("a", "1", (error, reply) => called.push([error, reply]))
    .lpush("a", "1", (error) => called.push([error.message.split(" ")[0]]))
    .exec();
  assert.equal(results.length, 2);
  assert.deepEqual(called, [[null, "OK"], ["WRONGTYPE"]]);
  const byCallback = await new Promise((resolve) => redis.pipeline().get("a").exec((error, reply) => resolve([error, reply])));
  assert.deepEqual(byCallback, [null, [[null, "1"]]]);
});

test("replies take the forms that they have elsewhere, and keys their prefix", async (t) => {
  const redis = sharded(t, servers, { keyPrefix: "p:" });
  const results = await redis.pipeline().hset("h", { a: 1 }).hgetall("h").set("n", 1).exists("n", "h").exec();
  assert.deepEqual(results, [[null, 1], [null, { a: "1" }], [null, "OK"], [null, 2]]);
  assert.equal(await plain(t, servers[redis.router.index("p:n")]).get("p:n"), "1");
});

test("commands of the user's own", async (t) => {
  const scripts = { twice: { numberOfKeys: 1, lua: "return {KEYS[1], redis.call('INCRBY', KEYS[1], ARGV[1] * 2)}" } };
  const redis = sharded(t, servers, { scripts });
  const keys = keysOf(redis, 30);
  for (let round = 1; round <= 2; round++) {
    const pipeline = redis.pipeline();
    for (const key of keys) pipeline.twice(key, 3);
    assert.deepEqual(await pipeline.exec(), keys.map((key) => [null, [key, 6 * round]]));
    // Servers may forget them in between.
    await redis.script("FLUSH");
  }
});

test("a pipeline of ten thousand, while others run", async (t) => {
  const redis = sharded(t, servers);
  const many = async (name) => {
    const pipeline = redis.pipeline();
    for (let at = 0; at < 10_000; at++) pipeline.incr(`${name}:${at % 100}`);
    const results = await pipeline.exec();
    return results.every(([error, reply], at) => error === null && reply === Math.floor(at / 100) + 1);
  };
  assert.deepEqual(await Promise.all(["a", "b", "c"].map(many)), [true, true, true]);
});

test("autopipelining: the calls of one turn leave together, and each gets its own reply", async (t) => {
  const redis = sharded(t, servers, { enableAutoPipelining: true });
  const keys = keysOf(redis, 300);
  await redis.mset(keys.flatMap((key, at) => [key, at]));
  await Promise.all(servers.map((server) => server.ask("CONFIG", "RESETSTAT")));
  const replies = await Promise.all(keys.map((key) => redis.get(key)));
  assert.deepEqual(replies, keys.map((_, at) => String(at)));
  assert.deepEqual(await Promise.all([redis.mget(keys), redis.get(keys[7]), redis.incr(keys[7])]), [
    keys.map((_, at) => String(at)),
    "7",
    8,
  ]);
});

test("autopipelining: each call has its own error", async (t) => {
  const redis = sharded(t, servers, { enableAutoPipelining: true });
  const [a, b] = [keyOn(redis, 0), keyOn(redis, 1)];
  await redis.set(a, "text");
  const outcomes = await Promise.allSettled([redis.incr(a), redis.get(a), redis.rename(a, b), redis.set(b, 1)]);
  assert.deepEqual(outcomes.map(({ status }) => status), ["rejected", "fulfilled", "rejected", "fulfilled"]);
  assert.match(outcomes[0].reason.message, /^ERR value is not an integer/);
  assert.equal(outcomes[2].reason.code, "client.nodes");
});

test("autopipelining with a callback and with a keyPrefix, and what is left out of it", async (t) => {
  const options = { enableAutoPipelining: true, keyPrefix: "p:", autoPipeliningIgnoredCommands: ["ping"] };
  const redis = sharded(t, servers, options);
  const [set, got] = await Promise.all([redis.set("k", "v"), new Promise((resolve) => redis.get("k", (_, reply) => resolve(reply)))]);
  assert.deepEqual([set, got, await redis.ping()], ["OK", "v", "PONG"]);
  assert.equal(await plain(t, servers[redis.router.index("p:k")]).get("p:k"), "v");
});
