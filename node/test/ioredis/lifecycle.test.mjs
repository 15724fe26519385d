// From a client's making to its end: status, events, errors, what becomes of commands meanwhile.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { promisify } from "node:util";
import { ShardedRedis } from "keyhome/ioredis";
import { serversForTests } from "../servers/for-tests.mjs";
import { RedisServer, SilentServer, waitUntil } from "../servers/index.mjs";
import { closed, configOf, keyOn, keysOf, once, sharded, within } from "./support.mjs";

const { scratch, servers } = serversForTests(3, { emptied: true });

test("status and events, from connecting to end", async (t) => {
  const redis = sharded(t, servers);
  const told = [];
  for (const event of ["connect", "ready", "close", "end"]) redis.on(event, () => told.push(event));
  assert.ok(redis instanceof EventEmitter || typeof redis.on === "function");
  assert.equal(redis.status, "connecting");
  await once(redis, "ready");
  assert.equal(redis.status, "ready");
  const ended = once(redis, "end");
  assert.equal(await redis.quit(), "OK");
  await ended;
  assert.equal(redis.status, "end");
  assert.deepEqual(told, ["connect", "ready", "close", "end"]);
  for (const server of servers) {
    await waitUntil(async () => /connected_clients:(\d+)/.exec(await server.ask("INFO", "clients"))[1] === "1", "nobody is connected");
  }
});

test("lazyConnect: nothing is opened before the first command, or connect", async (t) => {
  const redis = sharded(t, servers, { lazyConnect: true });
  assert.equal(redis.status, "wait");
  assert.ok(redis.nodes().every(({ status }) => status === "wait"));
  assert.equal(await redis.set("k", "v"), "OK");
  const other = sharded(t, servers, { lazyConnect: true });
  await other.connect();
  assert.equal(other.status, "ready");
  const unused = sharded(t, servers, { lazyConnect: true });
  unused.disconnect();
  await assert.rejects(unused.get("k"), /Connection is closed/);
});

test("quit waits for what was sent, disconnect does not", async (t) => {
  const redis = sharded(t, servers);
  const keys = keysOf(redis, 1000);
  const sent = Promise.all(keys.map((key) => redis.set(key, "v")));
  assert.equal(await redis.quit(), "OK");
  assert.deepEqual(new Set(await sent), new Set(["OK"]));
  await assert.rejects(redis.get("k"), /Connection is closed/);
  await assert.rejects(redis.pipeline().get("k").exec(), /Connection is closed/);
  const other = sharded(t, servers);
  await other.ping();
  servers[1].pause();
  t.after(() => servers[1].resume());
  const waiting = other.get(keyOn(other, 1));
  other.disconnect();
  await within(5000, assert.rejects(waiting, /Connection is closed/), "a command of a client that is closed");
});

test("a client whose server hangs can be closed", async (t) => {
  const redis = sharded(t, servers);
  await redis.ping();
  servers[1].pause();
  t.after(() => servers[1].resume());
  const waiting = assert.rejects(redis.get(keyOn(redis, 1)));
  redis.disconnect();
  // ioredis gives a socket two seconds to close.
  await within(5000, waiting, "the waiting command");
  await waitUntil(() => redis.status === "end", "it has ended", 5000);
});

test("duplicate: the same pool and options, connections of its own, and what is overridden", async (t) => {
  const redis = sharded(t, servers, { keyPrefix: "a:" });
  const copy = closed(t, redis.duplicate());
  await redis.set("k", "v");
  assert.equal(await copy.get("k"), "v");
  assert.ok(copy instanceof ShardedRedis);
  assert.notEqual(await copy.nodes()[0].client("ID"), await redis.nodes()[0].client("ID"));
  const other = closed(t, redis.duplicate({ keyPrefix: "b:" }));
  assert.equal(await other.get("k"), null);
  await redis.quit();
  assert.equal(await copy.get("k"), "v");
});

test("one server that is down at the start: the others serve, and it is told which", async (t) => {
  const down = await RedisServer.start(scratch);
  await down.kill();
  const redis = sharded(t, [servers[0], down, servers[2]], { redisOptions: { maxRetriesPerRequest: 1 } });
  const [error, address] = await once(redis, "node error");
  assert.equal(error.code, "ECONNREFUSED");
  assert.equal(address, down.address);
  await waitUntil(() => redis.status === "ready", "the others are ready");
  assert.equal(await redis.set(keyOn(redis, 0), "v"), "OK");
  await assert.rejects(redis.set(keyOn(redis, 1), "v"));
  await down.startAgain();
  await waitUntil(() => redis.set(keyOn(redis, 1), "v"), "it is served again");
  await down.kill();
});

test("one server that accepts and never answers at the start: the others serve", async (t) => {
  const silent = await SilentServer.start(scratch);
  const redis = sharded(t, [servers[0], silent, servers[2]]);
  assert.equal(await within(5000, redis.set(keyOn(redis, 0), "v"), "a key of another node"), "OK");
  assert.equal(await within(5000, redis.set(keyOn(redis, 2), "v"), "a key of another node"), "OK");
});

test("errors that nobody listens to end no process", async () => {
  const program = `
    import { ShardedRedis } from "keyhome/ioredis";
    const redis = new ShardedRedis(["127.0.0.1:1:1", "127.0.0.1:2:1"], { redisOptions: { retryStrategy: () => null } });
    await redis.get("a").then(() => process.exit(3), (error) => console.log(error.message));
    redis.disconnect();`;
  const args = [...process.execArgv.filter((arg) => !arg.startsWith("--test")), "--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  assert.match(stdout, /closed|refused|connect/i);
});

test("a program ends by itself once its client has quit", async () => {
  const program = `
    import { ShardedRedis } from "keyhome/ioredis";
    const redis = new ShardedRedis(${JSON.stringify(configOf(servers, { auto_eject_hosts: true, timeout: 1000 }))}, { hotKeys: true });
    await redis.mset("a", 1, "b", 2, "c", 3);
    await redis.subscribe("news");
    console.log(await redis.mget("a", "b", "c"));
    await redis.quit();`;
  const args = [...process.execArgv.filter((arg) => !arg.startsWith("--test")), "--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  assert.match(stdout, /'1', '2', '3'/);
});

test("showFriendlyErrorStack shows who called", async (t) => {
  const redis = sharded(t, servers, { showFriendlyErrorStack: true });
  await redis.set("k", "v");
  const error = await redis.incr("k").catch((error) => error);
  assert.match(error.stack, /lifecycle\.test\.mjs/);
});

test("other libraries find what they look for", async (t) => {
  const redis = sharded(t, servers);
  assert.equal(redis.isCluster, false);
  assert.equal("slots" in redis, false, "whoever has slots is taken for a Redis Cluster");
  assert.equal("masters" in redis, false);
  assert.equal("scanIterator" in redis, false, "whoever has it is taken for node-redis");
  assert.equal(redis.constructor.name, "ShardedRedis");
  assert.ok(redis.getBuiltinCommands().includes("get"));
  assert.equal(redis.options.keyPrefix ?? "", "");
});

test("redisOptions and nodeOptions reach the connections", async (t) => {
  const options = {
    redisOptions: { connectionName: "tests" },
    nodeOptions: (node, address) => ({ connectionName: `${node.name} ${address}`.replaceAll(" ", "/") }),
  };
  const redis = sharded(t, servers, options);
  await redis.ping();
  const names = await Promise.all(redis.nodes().map((node) => node.client("GETNAME")));
  assert.deepEqual(names, servers.map(({ address }, at) => `node-${at}/${address}`));
});

test("disconnect(true) connects again: what waits is answered, channels and the database stay, and no node has failed", async (t) => {
  const redis = sharded(t, servers, {}, { auto_eject_hosts: true, server_failure_limit: 1, server_retry_timeout: 60_000 });
  const told = [];
  for (const event of ["close", "end", "ejected"]) redis.on(event, () => told.push(event));
  await redis.select(3);
  await redis.subscribe("news");
  const ids = await Promise.all(redis.nodes().map((node) => node.client("ID")));
  const keys = keysOf(redis, 30);
  const ready = once(redis, "ready");
  redis.disconnect(true);
  assert.equal(redis.status, "connecting");
  const sent = Promise.all(keys.map((key) => redis.set(key, "v")));
  await ready;
  assert.equal(redis.status, "ready");
  assert.deepEqual(new Set(await sent), new Set(["OK"]));
  const message = once(redis, "message");
  await redis.publish("news", "again");
  assert.deepEqual(await message, ["news", "again"]);
  const now = await Promise.all(redis.nodes().map((node) => node.client("ID")));
  now.forEach((id, at) => assert.notEqual(id, ids[at]));
  assert.equal((await Promise.all(servers.map((server) => server.ask("INFO", "keyspace")))).filter((text) => /db3:/.test(text)).length, 3);
  assert.deepEqual(told, []);
  // The next loss is a failure again.
  await servers[0].ask("CLIENT", "KILL", "TYPE", "normal");
  await waitUntil(() => told.includes("ejected"), "a node that was lost is out");
  const closes = once(redis, "end");
  redis.disconnect();
  await closes;
  redis.disconnect(true);
  assert.equal(redis.status, "end");
});

test("disconnect(true) while a server is down: the others are ready soon", async (t) => {
  const down = await RedisServer.start(scratch);
  const redis = sharded(t, [servers[0], down], { redisOptions: { maxRetriesPerRequest: 1 } });
  await once(redis, "ready");
  await down.kill();
  const ready = once(redis, "ready");
  redis.disconnect(true);
  await ready;
  assert.equal(await redis.set(keyOn(redis, 0), "v"), "OK");
});

test("the end is told after quit has replied", async (t) => {
  const redis = sharded(t, servers);
  await redis.subscribe("news");
  const told = [];
  const ended = once(redis, "end").then(() => told.push("end"));
  redis.on("close", () => told.push("close"));
  redis.quit(() => told.push("OK"));
  await ended;
  assert.deepEqual(told, ["OK", "close", "end"]);
});

test("select tells of another database, as ioredis does", async (t) => {
  const redis = sharded(t, servers, { redisOptions: { db: 1 } });
  const told = [];
  redis.on("select", (db) => told.push(db));
  for (const db of [1, "2", 2, 1]) await redis.select(db);
  await assert.rejects(redis.select(1000), /out of range/);
  assert.deepEqual(told, [2, 1]);
});
