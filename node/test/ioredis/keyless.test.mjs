// Commands without keys: by the core's table to any node, to all, or refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { serversForTests } from "../servers/for-tests.mjs";
import { keyOn, keysOf, sharded } from "./support.mjs";

const { servers } = serversForTests(3, { emptied: true });

test("DBSIZE adds, KEYS puts together, FLUSHALL and FLUSHDB empty all", async (t) => {
  const redis = sharded(t, servers);
  const keys = keysOf(redis, 100);
  await redis.mset(keys.flatMap((key) => [key, 1]));
  assert.equal(await redis.dbsize(), 100);
  assert.deepEqual((await redis.keys("key:1*")).toSorted(), keys.filter((key) => key.startsWith("key:1")).toSorted());
  assert.equal((await redis.keysBuffer("*")).every(Buffer.isBuffer), true);
  assert.equal(await redis.flushdb(), "OK");
  assert.equal(await redis.dbsize(), 0);
  await redis.mset(keys.flatMap((key) => [key, 1]));
  assert.equal(await redis.flushall("SYNC"), "OK");
  assert.deepEqual(await Promise.all(servers.map((server) => server.ask("DBSIZE"))), [0, 0, 0]);
});

test("INFO comes node by node, each under its name", async (t) => {
  const redis = sharded(t, servers);
  const info = await redis.info("server");
  for (const [at, { port, address }] of servers.entries()) {
    assert.ok(info.includes(`tcp_port:${port}\r\n`));
    assert.ok(info.includes(`node-${at}`) && info.includes(address), info.slice(0, 200));
  }
  const places = servers.map(({ port }) => info.indexOf(`tcp_port:${port}`));
  assert.deepEqual(places, places.toSorted((a, b) => a - b));
  assert.ok(Buffer.isBuffer(await redis.infoBuffer("server")));
});

test("SLOWLOG GET puts the entries of all together, RESET empties all", async (t) => {
  const redis = sharded(t, servers);
  await redis.config("SET", "slowlog-log-slower-than", "0");
  for (const server of servers) assert.equal(await server.ask("SLOWLOG", "RESET"), "OK");
  for (let node = 0; node < 3; node++) await redis.set(keyOn(redis, node), "slow");
  await redis.config("SET", "slowlog-log-slower-than", "10000");
  const entries = await redis.slowlog("GET", 100);
  const slow = entries.filter(([, , , words]) => words[0].toLowerCase() === "set").map(([, , , [, key]]) => key);
  assert.deepEqual(slow.toSorted(), [0, 1, 2].map((node) => keyOn(redis, node)).toSorted());
  assert.ok((await redis.slowlog("LEN")) >= 3);
  assert.equal(await redis.slowlog("RESET"), "OK");
  assert.equal(await redis.slowlog("LEN"), 0);
});

test("ROLE, LASTSAVE, CLIENT LIST and PUBSUB NUMSUB stay apart, in the order of the nodes", async (t) => {
  const redis = sharded(t, servers);
  await redis.connect();
  const times = await redis.lastsave();
  assert.deepEqual(times.map((time) => typeof time), ["number", "number", "number"]);
  assert.deepEqual((await redis.role()).flat(2), ["master", 0, "master", 0, "master", 0]);
  assert.deepEqual(await redis.pubsub("NUMSUB", "nobody"), [["nobody", 0], ["nobody", 0], ["nobody", 0]]);
  const list = await redis.client("LIST");
  for (const { port } of servers) assert.ok(list.includes(`laddr=127.0.0.1:${port}`), list);
});

test("CONFIG SET reaches all", async (t) => {
  const redis = sharded(t, servers);
  assert.equal(await redis.config("SET", "maxmemory", "100mb"), "OK");
  for (const node of redis.nodes()) assert.deepEqual(await node.config("GET", "maxmemory"), ["maxmemory", String(100 * 2 ** 20)]);
  await redis.config("SET", "maxmemory", "0");
});

test("WAIT gives the least, RANDOMKEY a key while there is one", async (t) => {
  const redis = sharded(t, servers);
  assert.equal(await redis.wait(0, 10), 0);
  assert.equal(await redis.randomkey(), null);
  const key = keyOn(redis, 2);
  await redis.set(key, 1);
  // It is asked of all or of any; what it gives is a key or nothing, never an error.
  assert.ok([key, null].includes(await redis.randomkey()));
});

test("PING, ECHO, TIME, COMMAND are anybody's to answer", async (t) => {
  const redis = sharded(t, servers);
  assert.equal(await redis.ping(), "PONG");
  assert.equal(await redis.echo("word"), "word");
  assert.equal((await redis.time()).length, 2);
  assert.deepEqual(await redis.command("GETKEYS", "GET", "a"), ["a"]);
});

test("what is of one connection or one server is refused, and nothing is sent", async (t) => {
  const redis = sharded(t, servers);
  await redis.ping();
  const refused = [
    ["hello", 3],
    ["readonly"],
    ["readwrite"],
    ["asking"],
    ["reset"],
    ["client", "REPLY", "OFF"],
    ["client", "GETNAME"],
    ["acl", "WHOAMI"],
    ["client", "TRACKING", "ON"],
    ["client", "KILL", "TYPE", "normal"],
    ["shutdown", "NOSAVE"],
    ["debug", "SLEEP", "0"],
    ["replicaof", "NO", "ONE"],
    ["slaveof", "NO", "ONE"],
    ["cluster", "RESET"],
    ["failover"],
    ["module", "LOAD", "/nobody"],
    ["sync"],
    ["psync", "?", -1],
    ["replconf", "capa", "eof"],
  ];
  for (const [name, ...args] of refused) {
    await assert.rejects(redis.call(name, ...args), (error) => {
      assert.equal(error.code, "client.unsupported", `${name} ${args}: ${error.message}`);
      assert.match(error.message, /nodes\(\)/, name);
      return true;
    });
  }
  await assert.rejects(async () => redis.monitor(), { code: "client.unsupported" });
  for (const server of servers) assert.equal(await server.ask("PING"), "PONG");
});

test("a command that nobody knows", async (t) => {
  const redis = sharded(t, servers);
  await assert.rejects(redis.call("nosuchcommand", "a"), { code: "command.unknown" });
});

test("module commands go to the node of their key", async (t) => {
  const redis = sharded(t, servers);
  const key = keyOn(redis, 1);
  // The servers have no such module; who was asked is to be seen in who refused.
  const count = (info) => Number(/errorstat_ERR:count=(\d+)/.exec(info)?.[1] ?? 0);
  const refusals = () => Promise.all(servers.map((server) => server.ask("INFO", "errorstats").then(count)));
  await redis.connect();
  const before = await refusals();
  await assert.rejects(redis.call("JSON.SET", key, "$", "1"), /unknown command 'JSON.SET'/);
  assert.deepEqual(await refusals(), [before[0], before[1] + 1, before[2]]);
});
