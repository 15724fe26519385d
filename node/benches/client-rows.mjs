// Times ShardedRedis over one and three servers in turn with plain ioredis on one, and prints the rows as JSON.

import { createRequire } from "node:module";
import { ShardedRedis } from "keyhome/ioredis";
import { RedisServer, Scratch } from "../test/servers/index.mjs";
import { makeKeys } from "./keys.mjs";
import { median } from "./paired.mjs";

const Redis = createRequire(import.meta.url)("ioredis");
const ROUNDS = 9;
const keys = makeKeys(50_000);
const scratch = new Scratch();

/** All at once, as a busy server does it: each request is a promise of its own. */
const parallel = (redis) => Promise.all(keys.map((key) => redis.get(key)));

/** Pipelines of a hundred, one after the other. */
async function pipelines(redis) {
  for (let from = 0; from < keys.length; from += 100) {
    const pipeline = redis.pipeline();
    for (let at = from; at < from + 100; at++) pipeline.get(keys[at]);
    await pipeline.exec();
  }
}

/** How often a loop of Lua runs in 200 µs on this machine, now. */
async function loopsOf200us(redis) {
  const LOOPS = 1_000_000;
  const took = async () => {
    const start = performance.now();
    await redis.eval(`for i = 1, ${LOOPS} do end return 1`, 1, "k");
    return (performance.now() - start) * 1000;
  };
  return Math.round((LOOPS * 200) / median([await took(), await took(), await took()]));
}

const BUSY = 3000;
const busy = (redis) => Promise.all(keys.slice(0, BUSY).map((key) => redis.busy(key)));

/** Microseconds a request: of the clock, and of this process's processor time. */
async function timed(run, redis, requests) {
  globalThis.gc();
  const [start, cpu] = [process.hrtime.bigint(), process.cpuUsage()];
  await run(redis);
  const { user, system } = process.cpuUsage(cpu);
  return { wall: Number(process.hrtime.bigint() - start) / 1000 / requests, cpu: (user + system) / requests };
}

/** Both in turn, so that what disturbs one disturbs the other. */
async function paired(run, ours, theirs, requests, rounds = ROUNDS) {
  for (let warm = 0; warm < 2; warm++) for (const redis of [ours, theirs]) await run(redis);
  const pairs = [];
  for (let round = 0; round < rounds; round++) {
    const [first, second] = round % 2 ? [theirs, ours] : [ours, theirs];
    const [a, b] = [await timed(run, first, requests), await timed(run, second, requests)];
    pairs.push(round % 2 ? [b, a] : [a, b]);
  }
  const compared = (of) => ({
    ours: median(pairs.map(([mine]) => mine[of])),
    theirs: median(pairs.map(([, other]) => other[of])),
    ratio: median(pairs.map(([mine, other]) => mine[of] / other[of])),
  });
  return { wall: compared("wall"), cpu: compared("cpu") };
}

try {
  const servers = await RedisServer.startMany(3, scratch);
  const lines = servers.map(({ address }) => `${address}:1`);
  const clients = (options) => [
    new ShardedRedis(lines.slice(0, 1), options),
    new ShardedRedis(lines, options),
    new Redis(servers[0].port, "127.0.0.1", options),
  ];
  const [one, three, plain] = clients({});
  const [oneAuto, threeAuto, plainAuto] = clients({ enableAutoPipelining: true });
  for (let from = 0; from < keys.length; from += 5000) {
    const some = keys.slice(from, from + 5000).flatMap((key) => [key, key]);
    await three.mset(some);
    await plain.mset(some);
  }
  const lua = `for i = 1, ${await loopsOf200us(plain)} do end return 1`;
  for (const redis of [three, plain]) redis.defineCommand("busy", { numberOfKeys: 1, lua });
  const plans = [
    ["GETs, 50,000 at once", "1 server", 1.1, parallel, one, plain, keys.length],
    ["GETs, 50,000 at once", "3 servers", 1.25, parallel, three, plain, keys.length],
    ["the same, auto-pipelined", "1 server", 1.1, parallel, oneAuto, plainAuto, keys.length],
    ["the same, auto-pipelined", "3 servers", 1.25, parallel, threeAuto, plainAuto, keys.length],
    ["pipelines of 100 GETs", "1 server", 1.1, pipelines, one, plain, keys.length],
    ["pipelines of 100 GETs", "3 servers", 1.25, pipelines, three, plain, keys.length],
    ["Lua calls of 200 µs", "3 servers", 1, busy, three, plain, BUSY],
  ];
  const rows = [];
  for (const [what, over, limit, run, ours, theirs, requests] of plans) {
    rows.push({ what, over, limit, ...(await paired(run, ours, theirs, requests, run === busy ? 5 : ROUNDS)) });
  }
  for (const redis of [one, three, plain, oneAuto, threeAuto, plainAuto]) redis.disconnect();
  console.log(JSON.stringify({ rows }));
} finally {
  await scratch.end();
}
