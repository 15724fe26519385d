// What ioredis promises of one server, asked of ShardedRedis over three and of ioredis itself: the answers are the same.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { RedisServer, Scratch, waitUntil } from "../servers/index.mjs";
import { closed, flush, keyOn, keysOf, once, plain, Redis, sharded, within } from "./support.mjs";

const scratch = new Scratch();
let servers;
let single;
before(async () => {
  [single, ...servers] = await RedisServer.startMany(4, scratch);
});
beforeEach(() => flush([single, ...servers]));
after(() => scratch.end());

/** Clients of both kinds, made with the same options. */
function both(t, options = {}, connection = {}) {
  return [plain(t, single, { ...options, ...connection }), sharded(t, servers, { ...options, redisOptions: connection })];
}

/** What a scenario gives with either client is the same; errors in it by their messages. */
async function same(clients, scenario) {
  const told = (value) => {
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    return Array.isArray(value) ? value.map(told) : value;
  };
  const [expected, answered] = await Promise.all(clients.map((redis) => scenario(redis).then(told)));
  assert.deepEqual(answered, expected);
  return answered;
}

test("numbers as text", async (t) => {
  const clients = both(t, {}, { stringNumbers: true });
  const given = await same(clients, async (redis) => {
    await redis.set("n", "9007199254740991");
    await redis.mset("a", 1, "b", 2, "c", 3, "d", 4);
    const one = [await redis.incr("n"), await redis.incr("n"), await redis.incrbyfloat("a", 1.2)];
    return [...one, await redis.exists("a", "b", "c", "d"), await redis.dbsize(), await redis.del("a", "b", "c", "d", "e")];
  });
  assert.deepEqual(given, ["9007199254740992", "9007199254740993", "2.2", "4", "5", "4"]);
});

test("fields that objects have names for", async (t) => {
  await same(both(t), async (redis) => {
    await redis.hset("h", "__proto__", "a", "constructor", "b", "f", "c");
    const all = await redis.hgetall("h");
    assert.equal(Object.getPrototypeOf(all), Object.prototype);
    return Object.entries(all);
  });
});

test("a keyPrefix of bytes, and keys of bytes with a prefix", async (t) => {
  for (const keyPrefix of ["p:", Buffer.from([0xff, 0x3a])]) {
    const clients = both(t, { keyPrefix });
    await same(clients, async (redis) => {
      const bytes = Buffer.from([0x80, 0xff]);
      // ioredis writes a prefix of bytes rightly where some word of the command is bytes, too.
      const text = (words) => Buffer.from(words);
      await redis.mset("a", text("1"), text("b"), 2, bytes, 3);
      await redis.set("c", text("4"));
      await redis.pipeline().rpush("l", text("x")).rpush(bytes, "not a list").exec();
      const keys = (await redis.keysBuffer("*")).map((key) => key.toString("hex")).sort();
      return [await redis.mget("a", "b", bytes, "c"), await redis.lrange(text("l"), 0, -1), keys, await redis.unlink("a", bytes)];
    });
    const [, redis] = clients;
    assert.equal(await redis.nodeOf("c").get(Buffer.concat([Buffer.from(keyPrefix), Buffer.from("c")])), "4");
  }
});

test("replies of a transaction take their forms", async (t) => {
  await same(both(t), (redis) => {
    const transaction = redis.multi().hset("{t}", { name: "Ada", age: 36 }).hgetall("{t}").hgetallBuffer("{t}").typeBuffer("{t}");
    transaction.get("{t}").getBuffer("{t}").mget("{t}a", "{t}b").zadd("{t}z", 1.5, "m").zrange("{t}z", 0, -1, "WITHSCORES");
    return transaction.exec();
  });
});

test("a transaction that the server does not take says why", async (t) => {
  await same(both(t), async (redis) => {
    const error = await redis.multi().set("k").get("k").exec().catch((error) => error);
    return [error.name, error.message, error.previousErrors.map(({ message }) => message)];
  });
});

test("scripts within a transaction are not sent again: a server that has forgotten them says so", async (t) => {
  await same(both(t), async (redis) => {
    redis.defineCommand("fetch", { numberOfKeys: 1, lua: 'return redis.call("get", KEYS[1])' });
    await redis.set("k", "v");
    const first = await redis.fetch("k");
    const known = await redis.multi().fetch("k").get("k").exec();
    await redis.script("FLUSH");
    const forgotten = await redis.multi().fetch("k").get("k").exec();
    return [first, known, forgotten.map(([error, reply]) => error?.message ?? reply), await redis.fetch("k")];
  });
});

test("what a callback throws is an uncaught exception, and the other callbacks are called", async (t) => {
  const calls = {
    get: (redis, callback) => redis.get("k", callback),
    mget: (redis, callback) => redis.mget("a", "b", "c", callback),
    pipeline: (redis, callback) => redis.pipeline().get("k").exec(callback),
    multi: (redis, callback) => redis.multi().get("k").exec(callback),
    quit: (redis, callback) => redis.quit(callback),
  };
  const listeners = process.listeners("uncaughtException");
  const rejections = [];
  const rejected = (reason) => rejections.push(reason);
  process.removeAllListeners("uncaughtException");
  process.on("unhandledRejection", rejected);
  t.after(() => {
    process.removeAllListeners("uncaughtException");
    process.off("unhandledRejection", rejected);
    for (const listener of listeners) process.on("uncaughtException", listener);
  });
  for (const [name, call] of Object.entries(calls)) {
    for (const redis of both(t)) {
      const thrown = new Promise((resolve) => process.once("uncaughtException", resolve));
      const other = new Promise((resolve) => redis.get("k", resolve));
      call(redis, () => {
        throw new Error(`thrown for ${name}`);
      });
      assert.equal((await within(5000, thrown, name)).message, `thrown for ${name}`);
      assert.equal(await other, null);
    }
  }
  assert.deepEqual(rejections, []);
});

test("connect after the end goes on", async (t) => {
  const clients = both(t, { lazyConnect: true });
  await same(clients, async (redis) => {
    await redis.connect();
    await redis.set("k", "v");
    await redis.quit();
    const refused = await redis.get("k").catch(({ message }) => message);
    await redis.connect();
    const status = redis.status;
    const ended = once(redis, "end");
    redis.disconnect();
    await ended;
    await redis.connect();
    return [refused, status, redis.status, await redis.get("k")];
  });
  const [, redis] = clients;
  assert.equal(await redis.subscribe("news"), 1, "what was subscribed to before is over");
  // And all of it is as before: a connection that is lost comes back.
  for (const node of redis.nodes()) node.stream.destroy();
  const keys = keysOf(redis, 30);
  assert.deepEqual(await redis.mget(keys), keys.map(() => null));
});

test("connect after the end fails like the first time", async (t) => {
  const down = await RedisServer.start(scratch);
  await down.kill();
  const options = { retryStrategy: () => null };
  const clients = [plain(t, down, { ...options, lazyConnect: true }), sharded(t, [down], { lazyConnect: true, redisOptions: options })];
  for (const redis of clients) {
    redis.on("error", () => {});
    await assert.rejects(redis.connect(), /closed/);
    await assert.rejects(redis.connect(), /closed/);
    assert.equal(redis.status, "end");
  }
});

test("quit before anything is connected", async (t) => {
  const down = await RedisServer.start(scratch);
  await down.kill();
  for (const redis of [plain(t, down), sharded(t, [down])]) {
    redis.on("error", () => {});
    assert.equal(await within(5000, redis.quit(), "quit"), "OK");
  }
  assert.deepEqual(await sharded(t, servers).quitBuffer(), Buffer.from("OK"));
});

test("a node that cannot be reached: how often it is tried is for maxRetriesPerRequest, the others serve", async (t) => {
  const down = await RedisServer.start(scratch);
  await down.kill();
  let attempts = 0;
  const retryStrategy = () => {
    attempts++;
    return 1;
  };
  const redis = sharded(t, [...servers, down], { redisOptions: { maxRetriesPerRequest: 2, retryStrategy } });
  const error = await redis.get(keyOn(redis, 3)).catch((error) => error);
  assert.equal(error.name, "MaxRetriesPerRequestError");
  assert.ok(attempts >= 3, `${attempts}`);
  assert.equal(await redis.set(keyOn(redis, 0), "v"), "OK");
});

test("commands that wait on purpose are not timed by the pool's timeout; others that get no answer are", async (t) => {
  const settings = { timeout: 400, auto_eject_hosts: true, server_failure_limit: 1, server_retry_timeout: 60_000 };
  const redis = sharded(t, servers, {}, settings);
  const told = [];
  redis.on("ejected", ({ name }) => told.push(name));
  await once(redis, "ready");
  const key = keyOn(redis, 0);
  const id = await redis.nodes()[0].client("ID");
  assert.equal(await redis.blpop(key, 0.5), null);
  assert.equal(await redis.xread("BLOCK", 500, "STREAMS", key, "$"), null);
  const waiting = redis.blmove(key, key, "LEFT", "RIGHT", 0);
  setTimeout(() => servers[0].ask("RPUSH", key, "pushed"), 500);
  assert.equal(await waiting, "pushed");
  assert.equal(await redis.nodes()[0].client("ID"), id, "the connection is the same");
  assert.deepEqual(told, []);
  await servers[0].ask("CLIENT", "PAUSE", "1000", "ALL");
  await assert.rejects(redis.xread("STREAMS", key, "0"), /in time/);
  await waitUntil(() => told.length > 0, "the node is out");
});

test("what is subscribed to by SSUBSCRIBE is so again after disconnect(true)", async (t) => {
  const redis = sharded(t, servers);
  const channels = [0, 1, 2].map((node) => keyOn(redis, node, "channel:"));
  assert.equal(await redis.ssubscribe(...channels), 3);
  const ready = once(redis, "ready");
  redis.disconnect(true);
  await ready;
  const heard = [];
  redis.on("smessage", (channel) => heard.push(channel));
  const isHeard = async () => {
    await Promise.all(channels.map((channel) => redis.spublish(channel, "again")));
    return channels.every((channel) => heard.includes(channel));
  };
  await waitUntil(isHeard, "all channels are heard");
});

test("a duplicate has options of its own", async (t) => {
  const redis = sharded(t, servers, { keyPrefix: "a:" });
  const copy = closed(t, redis.duplicate());
  redis.options.keyPrefix = "b:";
  assert.equal(copy.options.keyPrefix, "a:");
});

test("disconnect(true) of a client that waits connects it", async (t) => {
  for (const redis of both(t, { lazyConnect: true })) {
    const ready = once(redis, "ready");
    redis.disconnect(true);
    await ready;
    assert.equal(await redis.set("k", "v"), "OK");
  }
});

test("commands that are made by hand", async (t) => {
  await same(both(t), async (redis) => {
    const sent = (name, words, options) => redis.sendCommand(new Redis.Command(name, words, { replyEncoding: "utf8", ...options }));
    await sent("mset", ["a", "1", "b", "2", "c", "3"]);
    await sent("hset", ["h", "f", "v"]);
    const bytes = await sent("mget", ["a", "c"], { replyEncoding: null });
    return [await sent("mget", ["a", "b", "c"]), bytes.map((value) => value.toString("hex")), await sent("hgetall", ["h"])];
  });
});

test("errors say which command they are of", async (t) => {
  await same(both(t), async (redis) => {
    await redis.set("k", "v");
    const errors = [await redis.incr("k").catch((error) => error), (await redis.pipeline().lpush("k", "x").exec())[0][0]];
    return errors.map(({ name, message, command }) => [name, message, command.name, command.args]);
  });
});

test("a value of every kind that ioredis takes for a word", async (t) => {
  await same(both(t), async (redis) => {
    const words = ["", "é", 0, -1.5, 2n ** 64n, null, undefined, true, Buffer.from([0, 255]), new Date(0).toISOString(), ["nested", 1]];
    for (const word of words) await redis.rpush("l", word);
    await redis.mset({ a: null, b: true, c: 1.5, d: 2n });
    const list = (await redis.lrangeBuffer("l", 0, -1)).map((value) => value.toString("hex"));
    return [list, await redis.mget("a", ["b", "c"], "d").catch((error) => error), await redis.mget(["a", "b", "c", "d"])];
  });
});
