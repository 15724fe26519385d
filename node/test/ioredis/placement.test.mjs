// Keys lie where the router says, and where a real nutcracker with the same config puts them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Router } from "keyhome";
import { ShardedRedis } from "keyhome/ioredis";
import { serversForTests } from "../servers/for-tests.mjs";
import { Nutcracker, RedisServer, yaml } from "../servers/index.mjs";
import { Redis, closed, flush } from "./support.mjs";

const { scratch, servers } = serversForTests(4);

/** What makes plain ioredis talk to nutcracker, which hangs up on what it does not know. */
const BEHIND = { enableReadyCheck: false, disableClientInfo: true, protocol: 2 };

const PLANS = {
  "the defaults": { settings: {}, line: ({ address }) => `${address}:1` },
  "weights and names": { settings: { hash: "murmur" }, line: ({ address }, at) => `${address}:${at + 1} redis-${at}` },
  "a hash tag": { settings: { hash: "md5", hash_tag: '"{}"' }, line: ({ address }, at) => `${address}:1 redis-${at}` },
  "modula": { settings: { hash: "crc32a", distribution: "modula" }, line: ({ address }, at) => `${address}:${2 * at + 1}` },
};

const KEYS = Array.from({ length: 600 }, (_, at) => [`user:${at}`, `{tag ${at}}:é`, `{}${at}`, `🔑${at % 50}\n${at}`][at % 4]);

for (const [name, { settings, line }] of Object.entries(PLANS)) {
  test(`${name}: what nutcracker wrote is read, and the other way round`, async (t) => {
    await flush(servers);
    const config = yaml(servers.map(line), settings);
    const nutcracker = await Nutcracker.start(scratch, config);
    const behind = closed(t, new Redis(nutcracker.port, "127.0.0.1", BEHIND));
    const redis = closed(t, new ShardedRedis(config));
    await Promise.all(KEYS.map((key, at) => behind.set(key, `theirs ${at}`)));
    assert.deepEqual(await redis.mget(KEYS), KEYS.map((_, at) => `theirs ${at}`));
    await redis.mset(KEYS.flatMap((key, at) => [key, `ours ${at}`]));
    assert.deepEqual(await Promise.all(KEYS.map((key) => behind.get(key))), KEYS.map((_, at) => `ours ${at}`));
    // Each on one server only, and on the one that the router names.
    const router = Router.fromConfig(config);
    assert.equal(await redis.dbsize(), new Set(KEYS).size);
    for (const key of KEYS.slice(0, 50)) {
      assert.equal(await servers[router.index(key)].ask("EXISTS", key), 1, key);
      assert.equal(redis.nodeOf(key), redis.nodes()[router.index(key)], key);
    }
  });
}

test("made of nodes: texts, options, and both at once", async (t) => {
  await flush(servers);
  const text = servers.map(({ address }, at) => `${address}:${at + 1} redis-${at}`);
  const options = servers.map(({ port }, at) => ({ host: "127.0.0.1", port, weight: at + 1, name: `redis-${at}` }));
  const config = yaml(text);
  const wanted = Router.fromConfig(config).fingerprint;
  for (const nodes of [text, options, [text[0], options[1], options[2], text[3]]]) {
    const redis = closed(t, new ShardedRedis(nodes));
    assert.equal(redis.router.fingerprint, wanted);
    assert.equal(await redis.set("a", "b"), "OK");
    assert.equal(await redis.get("a"), "b");
  }
});

test("made of nodes, with the keys of a pool", async (t) => {
  const nodes = servers.map(({ address }) => address);
  const poolOptions = { hash: "crc32a", distribution: "modula", hash_tag: "{}" };
  const redis = closed(t, new ShardedRedis(nodes.map((address) => `${address}:1`), { poolOptions }));
  const settings = { hash: "crc32a", distribution: "modula", hash_tag: '"{}"' };
  const wanted = Router.fromConfig(yaml(nodes.map((address) => `${address}:1`), settings));
  assert.equal(redis.router.fingerprint, wanted.fingerprint);
});

test("a pool of several in one config", async (t) => {
  const pool = (name, server) => `${name}:\n  servers:\n   - ${server.address}:1\n`;
  const config = pool("carts", servers[0]) + pool("sessions", servers[1]);
  const redis = closed(t, new ShardedRedis(config, { pool: "sessions" }));
  await redis.set("k", "of sessions");
  assert.equal(await servers[1].ask("GET", "k"), "of sessions");
  assert.throws(() => new ShardedRedis(config), { code: "pool.required" });
  assert.throws(() => new ShardedRedis(config, { pool: "nobody" }), { code: "pool.unknown" });
});

test("what is no pool that can be served", () => {
  assert.throws(() => new ShardedRedis("pool:\n  servers: 7\n"), ({ code }) => code.startsWith("config."));
  assert.throws(() => new ShardedRedis([]), ({ code }) => code.startsWith("config.") || code.startsWith("pool."));
  assert.throws(() => new ShardedRedis(["no address"]), ({ code }) => code.startsWith("config."));
  assert.throws(() => new ShardedRedis(7), { code: "argument.type" });
  assert.throws(() => new ShardedRedis(), { code: "argument.type" });
  const random = yaml(["127.0.0.1:1:1", "127.0.0.1:2:1"], { distribution: "random" });
  assert.throws(() => new ShardedRedis(random), { code: "placement.random" });
  const cluster = "pool:\n  dialect: redis-cluster\n  servers:\n   - address: 127.0.0.1:1\n     slots: 0-16383\n";
  assert.throws(() => new ShardedRedis(cluster), (error) => {
    assert.equal(error.code, "client.cluster");
    assert.match(error.message, /cluster\(options\)/);
    return true;
  });
});

test("the password and the database of the config", async (t) => {
  const locked = await RedisServer.startMany(2, scratch);
  for (const server of locked) await server.ask("CONFIG", "SET", "requirepass", "secret");
  const lines = locked.map(({ address }) => `${address}:1`);
  const redis = closed(t, new ShardedRedis(yaml(lines, { redis_auth: "secret", redis_db: 3 })));
  await redis.set("k", "v");
  assert.equal(await redis.get("k"), "v");
  const [, info] = await redis.nodeOf("k").pipeline().select(0).exists("k").exec();
  assert.deepEqual(info, [null, 0]);
});
