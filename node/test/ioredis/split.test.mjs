// Commands of many keys: one command a node, and replies as one server gives them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyhomeError } from "keyhome";
import { SplitError } from "keyhome/ioredis";
import { serversForTests } from "../servers/for-tests.mjs";
import { RedisServer } from "../servers/index.mjs";
import { keyOn, keysOf, sharded } from "./support.mjs";

const { scratch, servers } = serversForTests(3, { emptied: true });

/** How often each server was asked for a command. */
async function calls(name) {
  const infos = await Promise.all(servers.map((server) => server.ask("INFO", "commandstats")));
  return infos.map((info) => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(info)?.[1] ?? 0));
}

test("MSET and MGET: the order of the keys, whoever holds them", async (t) => {
  const redis = sharded(t, servers);
  const keys = keysOf(redis, 200, { atLeast: 20 });
  assert.equal(await redis.mset(keys.flatMap((key, at) => [key, `value ${at}`])), "OK");
  assert.deepEqual(await redis.mget(keys), keys.map((_, at) => `value ${at}`));
  const reversed = keys.toReversed();
  assert.deepEqual(await redis.mget(...reversed), keys.map((_, at) => `value ${at}`).toReversed());
  assert.deepEqual(await redis.mgetBuffer(keys.slice(0, 5)), [0, 1, 2, 3, 4].map((at) => Buffer.from(`value ${at}`)));
  for (const [node, places] of redis.router.group(keys)) {
    for (const place of places) assert.equal(await servers[node].ask("GET", keys[place]), `value ${place}`);
  }
});

test("one command a node, not one a key", async (t) => {
  const redis = sharded(t, servers);
  const keys = keysOf(redis, 100);
  const others = keysOf(redis, 100, { prefix: "other:" });
  await Promise.all(servers.map((server) => server.ask("CONFIG", "RESETSTAT")));
  await redis.mset(Object.fromEntries(keys.map((key) => [key, "v"])));
  await redis.mget(keys);
  await redis.exists(keys);
  await redis.touch(keys);
  await redis.unlink(others);
  await redis.del(keys);
  for (const name of ["mset", "mget", "exists", "touch", "unlink", "del"]) assert.deepEqual(await calls(name), [1, 1, 1], name);
});

test("keys of one node go there as they are, and nobody else is asked", async (t) => {
  const redis = sharded(t, servers);
  const [a, b] = [keyOn(redis, 1, "a:"), keyOn(redis, 1, "b:")];
  await Promise.all(servers.map((server) => server.ask("CONFIG", "RESETSTAT")));
  await redis.mset(a, 1, b, 2);
  assert.deepEqual(await redis.mget(b, a), ["2", "1"]);
  assert.deepEqual([await calls("mset"), await calls("mget")], [[0, 1, 0], [0, 1, 0]]);
});

test("keys that are named twice", async (t) => {
  const redis = sharded(t, servers);
  const [a, b, c] = [0, 1, 2].map((node) => keyOn(redis, node));
  await redis.mset(a, "first", b, "b", a, "last");
  assert.deepEqual(await redis.mget(a, c, b, a, a), ["last", null, "b", "last", "last"]);
  assert.equal(await redis.exists(a, b, a, c, a), 4);
  assert.equal(await redis.touch(a, a, b), 3);
  assert.equal(await redis.del(a, b, a, c), 2);
  assert.equal(await redis.exists(a, b), 0);
});

test("MSET of an object and of a Map, of numbers and of bytes", async (t) => {
  const redis = sharded(t, servers);
  const keys = keysOf(redis, 30);
  await redis.mset(Object.fromEntries(keys.map((key, at) => [key, at])));
  assert.deepEqual(await redis.mget(keys), keys.map((_, at) => String(at)));
  await redis.mset(new Map(keys.map((key, at) => [key, -at])));
  assert.deepEqual(await redis.mget(keys), keys.map((_, at) => String(-at)));
  const bytes = Array.from({ length: 30 }, (_, at) => Buffer.from([255, at, 0, 254]));
  await redis.mset(bytes.flatMap((key) => [key, key]));
  assert.deepEqual(await redis.mgetBuffer(bytes), bytes);
  assert.equal(await redis.del(bytes), 30);
});

test("no keys, one key, ten thousand keys", async (t) => {
  const redis = sharded(t, servers);
  for (const name of ["mget", "del", "unlink", "exists", "touch", "mset"]) {
    const isShort = ({ message, code }) => /wrong number of arguments/.test(message) || code === "command.arguments";
    await assert.rejects(redis[name](), isShort);
    await assert.rejects(redis[name]([]), isShort);
  }
  assert.deepEqual(await redis.mget("nobody"), [null]);
  const keys = keysOf(redis, 10_000);
  await redis.mset(keys.flatMap((key) => [key, key]));
  assert.deepEqual(await redis.mget(keys), keys);
  assert.equal(await redis.exists(keys), 10_000);
  assert.equal(await redis.dbsize(), 10_000);
  assert.equal(await redis.unlink(keys), 10_000);
});

test("a key of another type is null, as on one server", async (t) => {
  const redis = sharded(t, servers);
  const [a, b] = [keyOn(redis, 0), keyOn(redis, 2)];
  await redis.lpush(a, "x");
  await redis.set(b, "y");
  assert.deepEqual(await redis.mget(a, b), [null, "y"]);
});

test("what cannot be split is refused, with what to do", async (t) => {
  const redis = sharded(t, servers);
  const [a, b] = [keyOn(redis, 0), keyOn(redis, 1)];
  const across = [
    ["msetnx", a, 1, b, 2],
    ["rename", a, b],
    ["sinter", a, b],
    ["sunionstore", a, a, b],
    ["zunionstore", a, 1, b],
    ["blpop", a, b, 1],
    ["bitop", "NOT", a, b],
    ["pfcount", a, b],
    ["eval", "return 1", 2, a, b],
    ["xread", "STREAMS", a, b, 0, 0],
    ["lmove", a, b, "LEFT", "LEFT"],
  ];
  for (const [name, ...args] of across) {
    await assert.rejects(redis[name](...args), (error) => {
      assert.ok(error instanceof KeyhomeError, name);
      assert.equal(error.code, "client.nodes", name);
      assert.match(error.message, /hash tag/, name);
      return true;
    });
  }
  assert.equal(await redis.dbsize(), 0);
  // Together by a tag they are done.
  assert.equal(await redis.msetnx("{tag}a", 1, "{tag}b", 2), 1);
  assert.equal(await redis.rename("{tag}a", "{tag}c"), "OK");
});

test("a part that fails: which keys, why, and what is done", async (t) => {
  // Node 1 takes no more data.
  const full = await RedisServer.start(scratch, "--maxmemory", "1");
  const redis = sharded(t, [servers[0], full, servers[2]]);
  const [a, b, c, d] = [keyOn(redis, 0), keyOn(redis, 1), keyOn(redis, 2), keyOn(redis, 1, "more:")];
  await assert.rejects(redis.mset(a, 1, b, 2, c, 3, d, 4), (error) => {
    assert.ok(error instanceof SplitError && error instanceof KeyhomeError && error instanceof Error);
    assert.equal(error.code, "client.split");
    assert.equal(error.name, "SplitError");
    assert.match(error.message, /^mset failed on 1 of 3 nodes: node-1 \(2 keys\): OOM/i);
    assert.equal(error.failures.length, 1);
    const [{ node, keys, error: why }] = error.failures;
    assert.equal(node.name, "node-1");
    assert.deepEqual(keys, [b, d]);
    assert.match(why.message, /^OOM /);
    assert.deepEqual(error.successes.map(({ node, keys, reply }) => [node.name, keys, reply]).toSorted(), [
      ["node-0", [a], "OK"],
      ["node-2", [c], "OK"],
    ]);
    return true;
  });
  assert.deepEqual([await redis.get(a), await redis.get(b), await redis.get(c)], ["1", null, "3"]);
});

test("where all nodes say the same of the command, that is the error", async (t) => {
  const strict = await RedisServer.startMany(2, scratch);
  const redis = sharded(t, strict);
  for (const server of strict) await server.ask("ACL", "SETUSER", "default", "-mget");
  await assert.rejects(redis.mget(keyOn(redis, 0), keyOn(redis, 1)), (error) => {
    assert.equal(error.name, "ReplyError");
    assert.match(error.message, /^NOPERM .*mget/);
    return true;
  });
});

test("with a callback, in a pipeline and with a keyPrefix", async (t) => {
  const redis = sharded(t, servers, { keyPrefix: "p:" });
  const keys = keysOf(redis, 30);
  await redis.mset(keys.flatMap((key) => [key, key]));
  assert.deepEqual(await new Promise((resolve) => redis.mget(keys, (_, replies) => resolve(replies))), keys);
  const results = await redis.pipeline().mget(keys).del(keys).mget(keys).exec();
  assert.deepEqual(results, [[null, keys], [null, 30], [null, keys.map(() => null)]]);
});
