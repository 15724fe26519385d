// A million commands leave nothing behind: not those that succeed, nor those that fail. Needs `node --expose-gc`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { growth } from "../heap.mjs";
import { serversForTests } from "../servers/for-tests.mjs";
import { configOf, keysOf, sharded } from "./support.mjs";

/** How many commands there are at least. */
const COMMANDS = Number(process.env.KEYHOME_COMMANDS ?? 1_000_000);
/** Of a round: what each of 500 keys is asked by itself, in a pipeline and with the others. */
const IN_A_ROUND = 3004;

const { servers } = serversForTests(3);

test("many commands: one by one, in pipelines, split, refused", async (t) => {
  const redis = sharded(t, servers, { hotKeys: { capacity: 100 } });
  const keys = keysOf(redis, 500);
  await redis.mset(keys.flatMap((key) => [key, "text"]));
  const refused = () => {};
  let commands = 0;
  const grown = await growth(Math.ceil(COMMANDS / IN_A_ROUND / 3), async (number) => {
    const single = keys.map((key) => redis.get(key));
    const pipeline = redis.pipeline();
    for (const key of keys) pipeline.set(key, `text ${number}`).incr(key);
    const split = [redis.mget(keys), redis.exists(keys), redis.mset(keys.flatMap((key) => [key, "v"]))];
    const failing = keys.map((key) => redis.incr(key).catch(refused));
    const homeless = keys.map((key) => redis.rename(key, "elsewhere").catch(refused));
    const scanned = redis.scan("0");
    await Promise.all([...single, pipeline.exec(), ...split, ...failing, ...homeless, scanned]);
    commands += IN_A_ROUND;
  });
  assert.ok(commands >= COMMANDS, `${commands}`);
  t.diagnostic(`${commands} commands in three stretches: ${grown.toFixed(2)} MB more in the best of the last two`);
  assert.ok(grown < 2, `${grown} MB`);
});

test("clients that come and go, and reloads", async (t) => {
  const redis = sharded(t, servers);
  const configs = [configOf(servers.slice(0, 2)), configOf(servers)];
  const grown = await growth(30, async (number) => {
    const copy = redis.duplicate();
    await copy.set(`k${number}`, "v");
    await copy.subscribe("news");
    await copy.reload(configs[number % 2]);
    await copy.quit();
    await redis.reload(configs[number % 2]);
    redis.readingFrom("replica");
  });
  t.diagnostic(`30 clients and 60 reloads: ${grown.toFixed(2)} MB more`);
  assert.ok(grown < 2, `${grown} MB`);
});
