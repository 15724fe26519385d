// Many commands and many clients leave nothing behind. Needs `node --expose-gc`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createShardedClient } from "keyhome/node-redis";
import { growth } from "../heap.mjs";
import { serversForTests } from "../servers/for-tests.mjs";
import { waitUntil } from "../servers/index.mjs";
import { configOf, connected, redis } from "./client.mjs";

const { servers } = serversForTests(3);

test("commands: one by one, in pipelines, split, refused", async (t) => {
  const client = await connected(t, configOf(servers, { hash: "md5", timeout: 30_000 }), { hotKeys: { capacity: 100 } });
  const keys = Array.from({ length: 500 }, (_, number) => `key:${number}`);
  await client.mSet(Object.fromEntries(keys.map((key) => [key, "text"])));
  const refused = () => {};
  let commands = 0;
  const grown = await growth(15, async (number) => {
    const pipeline = client.multi();
    for (const key of keys) pipeline.set(key, `text ${number}`);
    const each = keys.flatMap((key) => [client.get(key), client.incr(key).catch(refused), client.rename(key, "elsewhere").catch(refused)]);
    const split = [client.mGet(keys), client.exists(keys), client.scan("0"), client.withTypeMapping({}).get(keys[0])];
    await Promise.all([...each, ...split, pipeline.execAsPipeline()]);
    commands += 4 * keys.length + split.length;
  });
  t.diagnostic(`${commands} commands in three stretches: ${grown.toFixed(2)} MB more in the best of the last two`);
  assert.ok(commands > 90_000 && grown < 2, `${grown} MB after ${commands} commands`);
});

test("clients that come and go, and reloads", async (t) => {
  const client = await connected(t, configOf(servers));
  const configs = [configOf(servers.slice(0, 2)), configOf(servers)];
  const grown = await growth(8, async (number) => {
    await client.reload(configs[number % 2]);
    const other = createShardedClient(configOf(servers), { createClient: redis.createClient });
    await other.connect();
    await other.subscribe("news", () => {});
    await other.set("k", "v");
    if (number % 2) await other.close();
    else other.destroy();
  });
  assert.ok(grown < 2, `${grown} MB`);
  const clients = async () => Number((await servers[0].ask("INFO", "clients")).match(/connected_clients:(\d+)/)[1]);
  await waitUntil(async () => (await clients()) <= 3, "their connections are gone");
});

test("what is closed keeps no program from ending", async (t) => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  const client = await connected(t, configOf(servers, { timeout: 600_000 }));
  await client.mSet({ a: "1", b: "2", c: "3", d: "4" });
  assert.ok(timers() > before);
  await client.close();
  await waitUntil(() => timers() <= before, "no timer is left");
});

test("what is let go while it connects leaves no connection", async (t) => {
  const clients = async () => Number((await servers[0].ask("INFO", "clients")).match(/connected_clients:(\d+)/)[1]);
  const before = await clients();
  for (let number = 0; number < 20; number++) {
    const client = createShardedClient(configOf(servers), { createClient: redis.createClient });
    const outcome = client.connect().catch((error) => error);
    const asked = number % 2 ? undefined : client.get("k").catch((error) => error);
    // Somewhere on the way: before the socket is made, and while it greets.
    for (let turn = 0; turn < number; turn++) await new Promise(setImmediate);
    client.destroy();
    await outcome;
    if (asked !== undefined) await asked;
  }
  // One that has just been made may take a moment to be let go; of those that stay, all would.
  await waitUntil(async () => (await clients()) <= before, "all are gone");
});
