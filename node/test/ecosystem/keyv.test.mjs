// Keyv with @keyv/redis over the client in node-redis's shape.

import assert from "node:assert/strict";
import { test } from "node:test";
import KeyvRedis from "@keyv/redis";
import Keyv from "keyv";
import { serversForTests } from "../servers/for-tests.mjs";
import { waitUntil } from "../servers/index.mjs";
import { nodeRedis } from "./clients.mjs";

const { servers } = serversForTests(3, { emptied: true });

/** @keyv/redis writes and deletes many keys in one MULTI; over many servers that is one a server. */
const SPLIT = { options: { splitMulti: true } };

async function keyv(t, client, options = {}) {
  const store = new KeyvRedis(client, { throwOnErrors: true, ...options });
  const cache = new Keyv({ store, namespace: "app", throwOnErrors: true });
  cache.on("error", () => {}); // they are thrown as well
  store.on("error", () => {});
  return cache;
}

test("values of one key and of many, their times to live, iteration, clear", async (t) => {
  const cache = await keyv(t, await nodeRedis(t, servers, SPLIT));
  const keys = Array.from({ length: 60 }, (_, number) => `k${number}`);
  for (const [at, key] of keys.entries()) await cache.set(key, { at });
  assert.deepEqual(await cache.get("k7"), { at: 7 });
  assert.equal(await cache.get("nobody"), undefined);
  assert.equal(await cache.has("k7"), true);
  assert.deepEqual(await cache.get(keys), keys.map((_, at) => ({ at })));
  assert.equal(await cache.delete("k7"), true);
  assert.equal(await cache.delete("k7"), false);
  await cache.set("short", 1, 30);
  await waitUntil(async () => (await cache.get("short")) === undefined, "its time is over");
  await cache.setMany(keys.map((key, at) => ({ key, value: at })));
  assert.deepEqual(await cache.getMany(keys), keys.map((_, at) => at));
  assert.deepEqual(await cache.hasMany([...keys.slice(0, 3), "nobody"]), [true, true, true, false]);
  const seen = [];
  for await (const [key] of cache.iterator("app")) seen.push(key);
  assert.deepEqual(seen.toSorted(), keys.toSorted());
  for (const server of servers) assert.ok((await server.ask("DBSIZE")) > 0, "all servers have some");
  assert.equal(await cache.deleteMany(keys.slice(0, 10)), true);
  assert.equal((await cache.getMany(keys)).filter((value) => value !== undefined).length, 50);
  await cache.clear();
  for (const server of servers) assert.equal(await server.ask("DBSIZE"), 0);
});

test("without `splitMulti` many keys at once are refused with what to do, one key is served", async (t) => {
  const cache = await keyv(t, await nodeRedis(t, servers));
  await cache.set("k", 1);
  assert.equal(await cache.get("k"), 1);
  const entries = Array.from({ length: 20 }, (_, number) => ({ key: `k${number}`, value: number }));
  await assert.rejects(cache.setMany(entries), (error) => {
    assert.equal(error.code, "client.nodes");
    assert.match(error.message, /splitMulti/);
    return true;
  });
});
