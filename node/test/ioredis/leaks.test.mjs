// A million commands leave nothing behind: not those that succeed, nor those that fail. Needs `node --expose-gc`.

import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { after, before, test } from "node:test";
import { RedisServer, Scratch } from "../servers/index.mjs";
import { configOf, keysOf, sharded } from "./support.mjs";

/** How many commands there are at least. */
const COMMANDS = Number(process.env.KEYHOME_COMMANDS ?? 1_000_000);
/** Of a round: what each of 500 keys is asked by itself, in a pipeline and with the others. */
const IN_A_ROUND = 3004;

const scratch = new Scratch();
let servers;
before(async () => {
  servers = await RedisServer.startMany(3, scratch);
});
after(() => scratch.end());

async function used() {
  for (let round = 0; round < 4; round++) {
    globalThis.gc();
    await nextTurn();
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return (heapUsed + external + arrayBuffers) / 2 ** 20;
}

/** How many MB are in use more after so many rounds: the least of a few stretches, for a leak grows in each. */
async function growth(rounds, round) {
  const stretch = async () => {
    const before = await used();
    for (let number = 0; number < rounds; number++) await round(number);
    return (await used()) - before;
  };
  await stretch();
  return Math.min(await stretch(), await stretch());
}

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
