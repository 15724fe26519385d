// reload(): another config while commands run.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Router } from "keyhome";
import { serversForTests } from "../servers/for-tests.mjs";
import { RedisServer, waitUntil } from "../servers/index.mjs";
import { configOf, keysOf, sharded, within } from "./support.mjs";

const { scratch, servers } = serversForTests(4, { emptied: true });

const ids = (redis) => Promise.all(redis.nodes().map((node) => node.client("ID")));

test("the next command goes by the new config; connections that stay are kept, others are closed", async (t) => {
  const redis = sharded(t, servers.slice(0, 3));
  const before = await ids(redis);
  const config = configOf([servers[0], servers[2], servers[3]]);
  const over = redis.reload(config);
  const router = Router.fromConfig(config);
  assert.equal(redis.router.fingerprint, router.fingerprint, "at once");
  const keys = keysOf(redis, 100);
  await redis.mset(keys.flatMap((key) => [key, "new"]));
  await over;
  const homes = [servers[0], servers[2], servers[3]];
  for (const key of keys) assert.equal(await homes[router.index(key)].ask("GET", key), "new");
  const now = await ids(redis);
  assert.deepEqual([now[0], now[1]], [before[0], before[2]]);
  await waitUntil(async () => /connected_clients:(\d+)/.exec(await servers[1].ask("INFO", "clients"))[1] === "1", "it is left");
});

test("commands run on while it goes to and fro: each is answered once, rightly", async (t) => {
  const configs = [configOf(servers.slice(0, 2)), configOf(servers), configOf(servers.slice(1, 4)), configOf([servers[3]])];
  const redis = sharded(t, servers);
  let [running, answered] = [true, 0];
  const worker = async (number) => {
    for (let round = 0; running; round++) {
      // Each key is written and read within one config or another; what it never gives is an error or another's reply.
      const key = `w${number}:${round}`;
      assert.equal(await redis.echo(key), key);
      assert.equal(await redis.set(key, key), "OK");
      const read = await redis.get(key);
      assert.ok(read === key || read === null, `${read} instead of ${key}`);
      const [[, first], [, second]] = await redis.pipeline().echo(`${key}a`).echo(`${key}b`).exec();
      assert.deepEqual([first, second], [`${key}a`, `${key}b`]);
      answered += 5;
    }
  };
  const workers = Array.from({ length: 20 }, (_, number) => worker(number));
  for (let round = 0; round < 40; round++) {
    const before = answered;
    await redis.reload(configs[round % configs.length]);
    await waitUntil(() => answered > before + workers.length, "commands run on");
  }
  running = false;
  await Promise.all(workers);
  assert.equal(redis.nodes().length, 1);
});

test("what was sent before is answered by who was asked", async (t) => {
  const redis = sharded(t, servers.slice(0, 2));
  const keys = keysOf(redis, 1000);
  const sent = keys.map((key) => redis.set(key, "v"));
  const over = redis.reload(configOf(servers.slice(2)));
  assert.deepEqual(new Set(await Promise.all(sent)), new Set(["OK"]));
  await over;
  const counts = await Promise.all(servers.map((server) => server.ask("DBSIZE")));
  assert.equal(counts[0] + counts[1], 1000);
  assert.equal(await redis.dbsize(), 0);
});

test("a bad config changes nothing", async (t) => {
  const redis = sharded(t, servers);
  const before = await ids(redis);
  const { fingerprint } = redis.router;
  const bad = [
    "pool: [",
    "pool:\n  servers:\n   - 127.0.0.1\n",
    configOf(servers, { hash: "nobody" }),
    configOf(servers, { distribution: "random" }),
    "a:\n  servers:\n   - 127.0.0.1:1:1\nb:\n  servers:\n   - 127.0.0.1:1:1\n",
    "pool:\n  dialect: redis-cluster\n  servers:\n   - address: 127.0.0.1:1\n     slots: 0-16383\n",
    7,
  ];
  for (const config of bad) await assert.rejects(redis.reload(config), (error) => typeof error.code === "string", String(config));
  assert.equal(redis.router.fingerprint, fingerprint);
  assert.deepEqual(await ids(redis), before);
  assert.equal(await redis.set("k", "v"), "OK");
});

test("to a list of nodes, to another pool of the config, to other settings", async (t) => {
  const redis = sharded(t, servers.slice(0, 2));
  await redis.reload(servers.map(({ address }) => `${address}:1`));
  assert.equal(redis.nodes().length, 4);
  const pool = (name, server) => `${name}:\n  servers:\n   - ${server.address}:1\n`;
  await redis.reload(pool("carts", servers[0]) + pool("sessions", servers[1]), "sessions");
  await redis.set("k", "v");
  assert.equal(await servers[1].ask("GET", "k"), "v");
  await redis.reload(configOf(servers, { redis_db: 2 }));
  await redis.set("k2", "v");
  assert.equal(await servers[redis.router.index("k2")].ask("EXISTS", "k2"), 0, "it is in database 2");
});

test("a server that is gone holds up no reload", async (t) => {
  const dying = await RedisServer.start(scratch);
  const redis = sharded(t, [servers[0], dying]);
  await redis.ping();
  dying.pause();
  const waiting = redis.set(keysOf(redis, 50).find((key) => redis.router.index(key) === 1), "v").then(() => "answered", () => "refused");
  const over = redis.reload(configOf(servers.slice(0, 2)));
  assert.equal(await within(5000, redis.set("k", "v"), "a command after the reload"), "OK");
  dying.resume();
  assert.equal(await within(5000, waiting, "what was sent before"), "answered");
  await within(5000, over, "the reload");
  await dying.kill();
});

test("without auto_eject_hosts and with it: failures are counted by the config in use", async (t) => {
  const dying = await RedisServer.start(scratch);
  const redis = sharded(t, [servers[0], dying], { redisOptions: { maxRetriesPerRequest: 0, retryStrategy: () => 50 } });
  await redis.ping();
  await dying.kill();
  const key = keysOf(redis, 50).find((key) => redis.router.index(key) === 1);
  for (let round = 0; round < 5; round++) await redis.set(key, "v").catch(() => {});
  assert.equal(redis.stats()[1].state, "live");
  await redis.reload(configOf([servers[0], dying], { auto_eject_hosts: true, server_failure_limit: 1, server_retry_timeout: 60_000 }));
  await waitUntil(() => redis.set(key, "v").then(() => true, () => false), "its keys live elsewhere");
  assert.equal(redis.stats()[1].state, "ejected");
});

test("servers that are left out before anything is connected are not the end of the client", async (t) => {
  const nodeOptions = ({ name }) => {
    if (name === "node-3") throw new Error("no options");
    return {};
  };
  const redis = sharded(t, servers.slice(0, 3), { lazyConnect: true, nodeOptions });
  await assert.rejects(redis.reload(configOf(servers)), /no options/);
  await redis.reload(configOf(servers.slice(0, 2)));
  await nextTurn(); // ioredis tells of the end of a connection a little later
  assert.equal(redis.status, "wait");
  assert.equal(await redis.set("k", "v"), "OK");
});
