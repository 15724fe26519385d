// A client in Node under chaos: of keyhome over ioredis or over node-redis, or ioredis itself through the proxy. The only argument is JSON, as
// `tests/src/chaos/programs.rs` writes it; the history it leaves is what `tests/src/chaos/history.rs` reads. It ends soon after its
// stdin does.

import { createWriteStream } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const { folder, library, config, port, name, seed, history, writers, workers, slots } = JSON.parse(process.argv[2]);

/** Microseconds of CLOCK_MONOTONIC, which all processes of a machine share. */
const now = () => Number(process.hrtime.bigint() / 1000n);

const out = createWriteStream(history);
const say = (line) => out.write(`${JSON.stringify(line)}\n`);

/** A reply must come within the time that the proxy gives servers. This is only so that a proxy that hangs is noticed. */
const PROXY_HANGS = 15_000;

const require = createRequire(pathToFileURL(`${folder}/package.json`));
const load = (name) => import(pathToFileURL(`${folder}/dist/${name}.mjs`));

/** Notes what the client tells of its servers. */
function listen(client) {
  for (const event of ["ejected", "returned"]) {
    client.on(event, (node) => say({ event, server: node.name, at: now() }));
  }
  return client;
}

async function open() {
  if (config === null) {
    const Redis = require("ioredis");
    // Nothing is sent twice, and nothing waits for a proxy that is not there.
    const options = {
      ...{ enableOfflineQueue: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 },
      ...{ retryStrategy: () => 50, commandTimeout: PROXY_HANGS, connectTimeout: PROXY_HANGS },
    };
    const client = new Redis({ host: "127.0.0.1", port, ...options });
    client.on("error", () => {}); // each operation has its own
    return client;
  }
  if (library === "node-redis") return openNodeRedis();
  const { ShardedRedis } = await load("ioredis");
  return listen(
    new ShardedRedis(config, {
      redisOptions: { retryStrategy: () => 50, maxRetriesPerRequest: 1, autoResendUnfulfilledCommands: false },
    }),
  );
}

/** With the names of ioredis's methods. */
async function openNodeRedis() {
  const { createShardedClient } = await load("node-redis");
  const { createClient } = require("@redis/client");
  const quickly = (options) => createClient({ ...options, socket: { ...options.socket, reconnectStrategy: () => 50 } });
  const client = listen(createShardedClient(config, { createClient: quickly }));
  await client.connect();
  const settled = (promise) =>
    promise.then(
      (reply) => [null, reply],
      (error) => [error, null],
    );
  return {
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    incr: (key) => client.incr(key),
    mget: (keys) => client.mGet(keys),
    mset: (words) => client.mSet(words),
    // What is asked for in one turn goes out together.
    pipeline() {
      const asked = [];
      const add = (ask) => (...words) => {
        asked.push(() => settled(ask(...words)));
        return pipeline;
      };
      const pipeline = {
        ...{ set: add(this.set), get: add(this.get), incr: add(this.incr) },
        exec: () => Promise.all(asked.map((ask) => ask())),
      };
      return pipeline;
    },
  };
}

/** SplitMix64: the seed says it all. */
function dice(state) {
  const mask = (1n << 64n) - 1n;
  return (limit) => {
    state = (state + 0x9e3779b97f4a7c15n) & mask;
    let mixed = state;
    mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & mask;
    return Number((mixed ^ (mixed >> 31n)) % BigInt(limit));
  };
}

/** What an error is called in the history. What has no name is a fault. */
function code(error) {
  const { message } = error;
  if (message.startsWith("ERR ") || message.startsWith("LOADING ")) return `reply: ${message}`;
  for (const [known, text] of [
    ["timeout", "Command timed out"],
    ["timeout", "did not answer in time"],
    ["timeout", "no reply from"],
    ["closed", "Connection is closed"],
    ["closed", "Socket closed"],
    ["closed", "The client is closed"],
    ["closed", "Reached the max retries"],
    ["closed", "Command aborted due to connection close"],
    ["offline", "Stream isn't writeable"],
  ]) {
    if (message.includes(text)) return known;
  }
  return error.code ?? `unknown: ${message}`;
}

/** Operations that are under way. */
const open_ends = new Set();

/**
 * Does operations that are one for the client, and notes what became of each: `run` gives a reply or an error for each of
 * them, or throws what became of all.
 */
async function note(via, operations, run) {
  const entry = { via, operations, begin: now() };
  open_ends.add(entry);
  let outcomes;
  try {
    outcomes = await run();
  } catch (error) {
    outcomes = operations.map(({ key }) => outcomeOf(error, key));
  }
  const end = now();
  open_ends.delete(entry);
  if (outcomes.length !== operations.length) throw new Error(`${via}: ${outcomes.length} replies for ${operations.length}`);
  operations.forEach((operation, at) => say({ via, ...operation, ...outcomes[at], begin: entry.begin, end }));
}

/** Of a command that was split, each key has its own. */
function outcomeOf(error, key) {
  if (error.code !== "client.split") return { error: code(error) };
  const done = error.successes.find(({ keys }) => keys.some((one) => String(one) === key));
  if (done !== undefined) {
    const at = done.keys.findIndex((one) => String(one) === key);
    return { reply: Array.isArray(done.reply) ? done.reply[at] : done.reply };
  }
  const failed = error.failures.find(({ keys }) => keys.some((one) => String(one) === key));
  return { error: failed === undefined ? "unknown: a key that no part of the error names" : code(failed.error) };
}

let ending = false;

async function work(client, worker) {
  const below = dice(BigInt(seed) * 1000n + BigInt(worker));
  const own = (kind) => `${kind}:${name}:${worker}:${below(slots)}`;
  const any = (kind) => `${kind}:${writers[below(writers.length)]}:${below(workers)}:${below(slots)}`;
  /** By key, how often it was written, or counted. */
  const times = new Map();
  const next = (key) => times.set(key, (times.get(key) ?? 0) + 1).get(key);
  const writing = (key) => ({ kind: "set", key, number: next(key) });
  const value = ({ key, number }) => `${key}|${number}`;
  const different = (count, make) => [...new Set(Array.from({ length: count }, make))];
  const kinds = [
    [35, () => any("value"), (key) => note("get", [{ kind: "get", key }], async () => [{ reply: await client.get(key) }])],
    [
      25,
      () => writing(own("value")),
      (set) => note("set", [set], async () => [{ reply: await client.set(set.key, value(set)) }]),
    ],
    [
      15,
      () => own("count"),
      (key) => note("incr", [{ kind: "incr", key, number: next(key) }], async () => [{ reply: String(await client.incr(key)) }]),
    ],
    [5, () => any("count"), (key) => note("get", [{ kind: "count", key }], async () => [{ reply: await client.get(key) }])],
    [
      8,
      () => different(5, () => any("value")),
      (keys) => {
        const reads = keys.map((key) => ({ kind: "get", key }));
        return note("mget", reads, async () => (await client.mget(keys)).map((reply) => ({ reply })));
      },
    ],
    [
      7,
      () => different(3, () => own("value")).map(writing),
      (sets) =>
        note("mset", sets, async () => {
          const reply = await client.mset(sets.flatMap((set) => [set.key, value(set)]));
          return sets.map(() => ({ reply }));
        }),
    ],
    [
      5,
      () => [writing(own("value")), any("value"), own("count")],
      ([set, read, count]) => {
        const all = [set, { kind: "get", key: read }, { kind: "incr", key: count, number: next(count) }];
        return note("pipeline", all, async () => {
          const results = await client.pipeline().set(set.key, value(set)).get(read).incr(count).exec();
          return results.map(([error, reply]) => (error ? { error: code(error) } : { reply: reply === null ? null : String(reply) }));
        });
      },
    ],
  ];
  const sum = kinds.reduce((sum, [share]) => sum + share, 0);
  while (!ending) {
    let thrown = below(sum);
    const [, make, run] = kinds.find(([share]) => (thrown -= share) < 0);
    await run(make());
    await sleep(1 + below(25));
  }
}

/** Tells when this process was not run, though it wanted to be: what takes longer for that is not the client's doing. */
function watchStalls() {
  const EVERY = 20_000;
  let [before, used] = [now(), process.cpuUsage()];
  setInterval(() => {
    const [at, { user, system }] = [now(), process.cpuUsage(used)];
    const starved = at - before - EVERY - user - system;
    if (starved > EVERY) say({ event: "starved", begin: before, end: at, micros: starved });
    [before, used] = [at, process.cpuUsage()];
  }, EVERY / 1000).unref();
}

const client = await open();
watchStalls();
const all = Promise.all(Array.from({ length: workers }, (_, worker) => work(client, worker)));
process.stdin.on("data", () => {});
process.stdin.on("end", () => {
  ending = true;
});
const STUCK = 30_000;
await new Promise((resolve) => process.stdin.once("end", resolve));
await Promise.race([all, sleep(STUCK, undefined, { ref: false })]);
for (const { via, operations, begin } of open_ends) {
  for (const operation of operations) say({ via, ...operation, begin, end: null });
}
say({ event: "done", at: now() });
out.end(() => process.exit());
