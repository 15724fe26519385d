// Reads from replicas, by each of the core's policies, on real ones.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { ShardedRedis } from "keyhome/ioredis";
import { RedisServer, Scratch, SlowServer, ask, waitUntil } from "../servers/index.mjs";
import { closed, keysOf, once, within } from "./support.mjs";

const scratch = new Scratch();
/** Two nodes, each a primary and two replicas. */
let nodes;
before(async () => {
  const primaries = await RedisServer.startMany(2, scratch);
  nodes = await Promise.all(
    primaries.map(async (primary) => ({ primary, replicas: await Promise.all([primary.startReplica(), primary.startReplica()]) })),
  );
});
beforeEach(async () => {
  for (const { primary } of nodes) await primary.ask("FLUSHALL");
  for (const { primary, replicas } of nodes) for (const server of [primary, ...replicas]) await server.ask("CONFIG", "RESETSTAT");
});
after(() => scratch.end());

const at = ({ port }, more = {}) => ({ host: "127.0.0.1", port, ...more });

/** The pool: the first replica of each node stands in zone a, the second in b, the primary in c. */
function pool(of = nodes) {
  return of.map(({ primary, replicas: [one, other] }, number) => {
    return at(primary, { name: `node-${number}`, zone: "c", replicas: [at(one, { zone: "a" }), at(other, { zone: "b" })] });
  });
}

function client(t, options, of) {
  return closed(t, new ShardedRedis(pool(of), { poolOptions: { hash: "md5" }, ...options }));
}

/** How many GETs each server has served: for each node its primary and its two replicas. */
async function gets(command = "get") {
  const calls = new RegExp(`cmdstat_${command}:calls=(\\d+)`);
  const count = async (server) => Number(calls.exec(await server.ask("INFO", "commandstats"))?.[1] ?? 0);
  return Promise.all(nodes.map(({ primary, replicas }) => Promise.all([primary, ...replicas].map(count))));
}

/** Writes keys, and waits until replicas have them. */
async function written(redis, count, of = nodes) {
  const keys = keysOf(redis, count);
  await redis.mset(keys.flatMap((key) => [key, key]));
  for (const { primary, replicas } of of) {
    const size = await primary.ask("DBSIZE");
    for (const replica of replicas) await waitUntil(async () => (await ask(replica.port, "DBSIZE")) === size, "it has it all");
  }
  return keys;
}

async function readAll(redis, keys) {
  for (let from = 0; from < keys.length; from += 20) {
    const some = keys.slice(from, from + 20);
    assert.deepEqual(await Promise.all(some.map((key) => redis.get(key))), some);
  }
}

const POLICIES = {
  primary: (primary, one, other) => one === 0 && other === 0 && primary > 0,
  replica: (primary, one, other) => primary === 0 && one > 0 && other > 0,
  "prefer-replica": (primary, one, other) => primary === 0 && one > 0 && other > 0,
  "round-robin": (...counts) => Math.max(...counts) - Math.min(...counts) <= 1,
  random: (...counts) => counts.every((count) => count > 0),
  "least-latency": (...counts) => counts.every((count) => count > 0),
  nearest: (primary, one, other) => primary === 0 && one > 0 && other === 0,
};

for (const [readFrom, isAsSaid] of Object.entries(POLICIES)) {
  test(`reads by ${readFrom}`, async (t) => {
    const redis = client(t, { readFrom, zone: "a" });
    await redis.connect();
    const keys = await written(redis, 300);
    const isConnected = () => redis.stats().every(({ replicas }) => replicas.every(({ status }) => status === "ready"));
    if (readFrom !== "primary") await waitUntil(isConnected, "all are connected");
    await readAll(redis, keys);
    for (const counts of await gets()) assert.ok(isAsSaid(...counts), `${counts}`);
    const sum = (await gets()).flat().reduce((a, b) => a + b);
    assert.equal(sum, 300);
  });
}

test("writes, and what both reads and writes, go to the primary", async (t) => {
  const redis = client(t, { readFrom: "replica" });
  const keys = await written(redis, 20);
  for (const key of keys) {
    assert.equal(await redis.getset(key, "new"), key);
    assert.equal(await redis.append(key, "er"), 5);
    assert.equal(await redis.eval("return redis.call('GET', KEYS[1])", 1, key), "newer");
    assert.equal(await redis.getex(key, "PERSIST"), "newer");
  }
});

test("another policy for one call, which costs no connection", async (t) => {
  const redis = client(t, { readFrom: "replica" });
  const keys = await written(redis, 50);
  const before = redis.stats().length;
  for (const key of keys) assert.equal(await redis.readingFrom("primary").get(key), key);
  for (const [primary, ...replicas] of await gets()) assert.ok(primary > 0 && replicas.every((count) => count === 0));
  const primary = redis.readingFrom("primary");
  assert.equal(await primary.set("k", "v"), "OK");
  assert.equal(await primary.get("k"), "v", "what was written is read at once");
  assert.deepEqual(primary.nodes(), redis.nodes());
  assert.equal(redis.stats().length, before);
  assert.throws(() => redis.readingFrom("nobody"), { code: "argument.type" });
  assert.throws(() => client(t, { readFrom: "nobody" }), { code: "argument.type" });
});

test("the policy of the config, and an option that overrides it", async (t) => {
  const config = JSON.stringify({ pool: { hash: "md5", read_from: "replica", servers: pool().map(({ name, zone, port, replicas }) => ({
    name,
    zone,
    weight: 1,
    address: `127.0.0.1:${port}`,
    replicas: replicas.map(({ port, zone }) => ({ address: `127.0.0.1:${port}`, zone })),
  })) } });
  const byConfig = closed(t, new ShardedRedis(config));
  const keys = await written(byConfig, 30);
  await readAll(byConfig, keys);
  const [[primary]] = await gets();
  assert.equal(primary, 0);
  const overridden = closed(t, new ShardedRedis(config, { readFrom: "primary" }));
  await readAll(overridden, keys);
  assert.ok((await gets())[0][0] > 0);
});

test("MGET and pipelines that only read are read from replicas; with a write a pipeline is the primary's", async (t) => {
  const redis = client(t, { readFrom: "replica" });
  const keys = await written(redis, 60);
  assert.deepEqual(await redis.mget(keys), keys);
  for (const [primary, ...replicas] of await gets("mget")) assert.deepEqual([primary, replicas[0] + replicas[1]], [0, 1]);
  const pipeline = redis.pipeline();
  for (const key of keys) pipeline.get(key);
  assert.deepEqual(await pipeline.exec(), keys.map((key) => [null, key]));
  for (const [primary, ...replicas] of await gets()) assert.ok(primary === 0 && replicas[0] + replicas[1] > 0);
  const mixed = redis.pipeline();
  for (const key of keys) mixed.set(key, "new").get(key);
  assert.deepEqual(await mixed.exec(), keys.flatMap(() => [[null, "OK"], [null, "new"]]));
});

test("a transaction is the primary's", async (t) => {
  const redis = client(t, { readFrom: "replica" });
  await written(redis, 20);
  assert.deepEqual(await redis.multi().set("k", "v").get("k").exec(), [[null, "OK"], [null, "v"]]);
});

test("a slow replica is asked less", async (t) => {
  const slow = await SlowServer.start(scratch, nodes[0].replicas[1].port, 30);
  const of = [{ ...nodes[0], replicas: [nodes[0].replicas[0], slow] }, nodes[1]];
  const redis = client(t, { readFrom: "least-latency" }, of);
  await redis.connect();
  const keys = (await written(redis, 300, of)).filter((key) => redis.router.index(key) === 0);
  for (let round = 0; round < 5; round++) await readAll(redis, keys);
  const [{ requests, replicas: [one, other] }] = redis.stats();
  assert.ok(other.requests < (requests + one.requests) / 4, `${requests} ${one.requests} ${other.requests}`);
});

test("a replica that dies: no read fails, the others serve; and when it is back it serves again", async (t) => {
  const dying = await nodes[0].primary.startReplica();
  const of = [{ ...nodes[0], replicas: [nodes[0].replicas[0], dying] }, nodes[1]];
  const redis = client(t, { readFrom: "prefer-replica", redisOptions: { retryStrategy: () => 50 } }, of);
  await redis.connect();
  const keys = await written(redis, 200, of);
  await readAll(redis, keys);
  const reading = (async () => {
    for (let round = 0; round < 10; round++) await readAll(redis, keys);
  })();
  await dying.kill();
  await reading;
  assert.notEqual(redis.stats()[0].replicas[1].status, "ready");
  await dying.startAgain();
  await dying.follows();
  await waitUntil(async () => {
    await readAll(redis, keys);
    const info = await dying.ask("INFO", "commandstats");
    return /cmdstat_get:calls=[1-9]/.test(info);
  }, "it serves again");
  await dying.kill();
});

test("a replica that hangs: its reads fail after the timeout, the others serve", async (t) => {
  const hung = await nodes[0].primary.startReplica();
  const of = [{ ...nodes[0], replicas: [nodes[0].replicas[0], hung] }, nodes[1]];
  const redis = client(t, { readFrom: "replica", poolOptions: { hash: "md5", timeout: 1000 } }, of);
  await redis.connect();
  const keys = await written(redis, 100, of);
  await readAll(redis, keys);
  hung.pause();
  t.after(async () => {
    hung.resume();
    await hung.kill();
  });
  // What hangs is found out, and left alone.
  await waitUntil(async () => {
    const outcomes = await within(5000, Promise.allSettled(keys.map((key) => redis.get(key))), "reads");
    return outcomes.every(({ status }) => status === "fulfilled");
  }, "all reads are served");
});

test("no replica is left: `replica` refuses, `prefer-replica` reads the primary, and both come back", async (t) => {
  const primary = await RedisServer.start(scratch);
  const replicas = await Promise.all([primary.startReplica(), primary.startReplica()]);
  const of = [{ primary, replicas }];
  const options = { redisOptions: { retryStrategy: () => 50 } };
  const [only, prefer] = ["replica", "prefer-replica"].map((readFrom) => client(t, { readFrom, ...options }, of));
  await only.set("k", "v");
  await primary.ask("WAIT", 2, 5000);
  for (const replica of replicas) await waitUntil(async () => (await replica.ask("GET", "k")) === "v", "it has it");
  assert.deepEqual([await only.get("k"), await prefer.get("k")], ["v", "v"]);
  for (const replica of replicas) await replica.kill();
  await waitUntil(() => only.get("k").then(() => false, ({ code }) => code === "replica.unavailable"), "it refuses");
  assert.equal(await prefer.get("k"), "v");
  assert.equal(await only.set("k", "w"), "OK", "writes go on");
  await replicas[0].startAgain();
  await replicas[0].follows();
  await waitUntil(async () => (await only.get("k").catch(() => undefined)) === "w", "it reads again");
});

test("replicas are read while their primary is down; writes are refused", async (t) => {
  const primary = await RedisServer.start(scratch);
  const replicas = [await primary.startReplica(), await primary.startReplica()];
  const redisOptions = { maxRetriesPerRequest: 0, retryStrategy: () => 50 };
  const redis = client(t, { readFrom: "prefer-replica", redisOptions }, [{ primary, replicas }]);
  await redis.set("k", "v");
  await primary.ask("WAIT", 2, 5000);
  for (const replica of replicas) await waitUntil(async () => (await replica.ask("GET", "k")) === "v", "it has it");
  await redis.get("k");
  await primary.kill();
  await once(redis, "node error");
  assert.equal(await redis.get("k"), "v");
  await assert.rejects(redis.set("k", "w"));
  await primary.startAgain();
});
