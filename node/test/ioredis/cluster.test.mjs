// Reads of a real Redis Cluster go where the core's policies say, through ioredis's own Cluster.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, beforeEach, test } from "node:test";
import { KeyhomeError, slot } from "keyhome";
import { cluster } from "keyhome/ioredis";
import { RedisCluster, Scratch, waitUntil } from "../servers/index.mjs";

const require = createRequire(import.meta.url);
const { Cluster, Redis } = require("ioredis");

const scratch = new Scratch();
const open = [];
let servers;

before(async () => {
  servers = await RedisCluster.start(scratch, { primaries: 2, replicas: 2 });
  // Nodes list no replica that has copied nothing.
  await Promise.all(servers.primaries.map((primary) => primary.ask("FLUSHALL")));
  await Promise.all(servers.nodes.map(({ port }) => waitUntil(() => listsReplicas(port), "the replicas are listed")));
});
after(async () => {
  for (const client of open) client.disconnect();
  // A client that asks for the slots in that moment sets its timer once more, and Node would not end.
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (const client of open) client.disconnect();
  await scratch.end();
});
// What a test before has asked is not counted.
beforeEach(() => Promise.all(servers.nodes.map((node) => node.ask("CONFIG", "RESETSTAT"))));

/** Whether a node lists all replicas. */
async function listsReplicas(port) {
  const redis = new Redis({ port });
  const reply = await redis.cluster("SLOTS").finally(() => redis.disconnect());
  return reply.length === 2 && reply.every(([, , ...nodes]) => nodes.length === 3);
}

/** A client that is ready. */
async function connected(options) {
  const nodes = servers.primaries.map(({ port }) => ({ host: "127.0.0.1", port }));
  const client = new Cluster(nodes, cluster({ slotsRefreshInterval: 100, ...options }));
  client.on("error", () => {});
  open.push(client);
  await waitUntil(() => client.status === "ready", "the client is ready");
  return client;
}

/** How often a node was asked GET, as it counts itself. */
async function gets(node) {
  const stats = await node.ask("INFO", "commandstats");
  return Number(stats.match(/cmdstat_get:calls=(\d+)/)?.[1] ?? 0);
}

/** That of all nodes: per shard, the primary first. */
function asked() {
  return Promise.all(servers.primaries.map((primary, at) => Promise.all([primary, ...servers.replicas[at]].map(gets))));
}

const keys = Array.from({ length: 40 }, (_, number) => `key:${number}`);

/** Writes the keys and waits until every replica has them. */
async function written(client) {
  for (const key of keys) await client.set(key, key);
  for (const primary of servers.primaries) await primary.ask("WAIT", 2, 5000);
}

async function read(client) {
  const values = await Promise.all(keys.map((key) => client.get(key)));
  assert.deepEqual(values, keys);
}

test("primary: nothing else is asked", async () => {
  const client = await connected({});
  await written(client);
  await read(client);
  for (const [primary, ...replicas] of await asked()) {
    assert.ok(primary > 0);
    assert.deepEqual(replicas, [0, 0]);
  }
});

test("replica: they take turns, and writes go to the primary", async () => {
  const client = await connected({ readFrom: "replica" });
  await written(client);
  for (let turn = 0; turn < 5; turn++) await read(client);
  for (const [primary, first, second] of await asked()) {
    assert.equal(primary, 0);
    assert.ok(first > 0 && Math.abs(first - second) <= 1, `${first} and ${second}`);
  }
});

test("nearest: by the zones of the nodes", async () => {
  const near = servers.replicas.map(([, replica]) => replica.address);
  const zones = Object.fromEntries(servers.nodes.map(({ address }) => [address, near.includes(address) ? "a" : "b"]));
  for (const given of [zones, (address) => zones[address]]) {
    const client = await connected({ readFrom: "nearest", zone: "a", zones: given });
    await written(client);
    await read(client);
  }
  for (const [primary, first, second] of await asked()) {
    assert.deepEqual([primary, first], [0, 0]);
    assert.ok(second > 0);
  }
});

test("least-latency: a node that hangs is avoided", async () => {
  const client = await connected({ readFrom: "least-latency" });
  await written(client);
  for (let turn = 0; turn < 5; turn++) await read(client);
  const [[hung], [other]] = servers.replicas;
  hung.pause();
  try {
    const waiting = keys.map((key) => client.get(key));
    // One read after the other, as long as what was sent to the node that hangs is not answered: it is in flight.
    let stuck = 0;
    for (let turn = 0; turn < 10; turn++) {
      for (const key of keys) {
        const reply = client.get(key);
        const late = new Promise((resolve) => setTimeout(resolve, 500, "late"));
        if ((await Promise.race([reply, late])) === "late") {
          stuck++;
          waiting.push(reply);
        }
      }
    }
    assert.ok(stuck <= 3, `${stuck} of ${10 * keys.length} reads went to the node that hangs`);
    hung.resume();
    await Promise.all(waiting);
  } finally {
    hung.resume();
  }
  const counts = await asked();
  assert.ok(counts[0][2] > counts[0][1], `${counts[0]}: ${other.address} had more than ${hung.address}`);
});

test("pipelines, automatic ones too", async () => {
  const client = await connected({ readFrom: "replica", enableAutoPipelining: true });
  await written(client);
  await read(client);
  const pipeline = client.pipeline();
  for (let number = 0; number < 10; number++) pipeline.get("{key:1}").set("{key:1}", number);
  const replies = await pipeline.exec();
  assert.deepEqual(replies.map(([error]) => error), Array(20).fill(null));
  assert.equal(replies[18][1], "8");
  assert.deepEqual((await asked()).map(([primary]) => primary > 0), [slot("{key:1}") < 8192, slot("{key:1}") >= 8192]);
});

test("a replica that dies: others serve, and it comes back", async () => {
  const client = await connected({ readFrom: "replica" });
  await written(client);
  await read(client);
  const [[dies, stays]] = servers.replicas;
  await dies.kill();
  for (let turn = 0; turn < 20; turn++) await read(client);
  const served = await gets(stays);
  assert.ok(served > 20, `${stays.address} served ${served}`);
  await dies.startAgain();
  const again = async () => {
    await read(client);
    return (await gets(dies)) > 0;
  };
  await waitUntil(again, "the replica serves again", 20_000);
});

test("no replica is up: a clear error, or the primary", async () => {
  const strict = await connected({ readFrom: "replica" });
  const lenient = await connected({ readFrom: "prefer-replica" });
  await written(strict);
  await read(strict);
  await read(lenient);
  const [, replicas] = servers.replicas;
  const key = keys.find((key) => slot(key) >= 8192);
  await Promise.all(replicas.map((replica) => replica.kill()));
  const refused = async () => (await strict.get(key).catch((error) => error)).code === "replica.unavailable";
  await waitUntil(refused, "reads are refused");
  const error = await strict.get(key).catch((error) => error);
  assert.ok(error instanceof KeyhomeError);
  assert.match(error.message, /`replica` finds nothing to read from/);
  await assert.rejects(strict.pipeline().get(key).exec().then(([[error]]) => Promise.reject(error)), { code: "replica.unavailable" });
  assert.equal(await strict.set(key, key), "OK");
  assert.equal(await lenient.get(key), key);
  await Promise.all(replicas.map((replica) => replica.startAgain()));
  await waitUntil(async () => (await strict.get(key).catch(() => undefined)) === key, "they are read again", 20_000);
});

test("a replica takes over", async () => {
  const client = await connected({ readFrom: "prefer-replica" });
  await written(client);
  const [[promoted]] = servers.replicas;
  await promoted.ask("CLUSTER", "FAILOVER");
  await waitUntil(async () => (await promoted.ask("INFO", "replication")).includes("role:master"), "the replica took over");
  const key = keys.find((key) => slot(key) < 8192);
  await client.set(key, "new");
  for (let turn = 0; turn < 10; turn++) await read(client).catch(() => {});
  await waitUntil(async () => (await client.get(key)) === "new", "the new value is read");
  await client.set(key, key);
  await promoted.ask("WAIT", 2, 5000);
  await read(client);
});

test("a key whose first tag is empty: the slot is right, and ioredis is redirected", async () => {
  const key = "foo{}{bar}";
  assert.equal(slot(key), await servers.primaries[0].ask("CLUSTER", "KEYSLOT", key));
  const client = await connected({ readFrom: "nearest" });
  assert.equal(await client.set(key, "v"), "OK");
  assert.equal(await client.get(key), "v");
});

test("what cannot be is said at once", () => {
  const cases = [
    [{ readFrom: "slave" }, /read_from is `slave`/],
    [{ readFrom: 1 }, /read_from is a number/],
    [{ zone: 1 }, /the zone is a number/],
    [{ zones: "a" }, /zones is a string/],
    [{ scaleReads: "slave" }, /scaleReads is given/],
  ];
  for (const [options, message] of cases) assert.throws(() => cluster(options), { code: "argument.type", message });
  assert.throws(() => cluster(), { code: "argument.type" });
});
