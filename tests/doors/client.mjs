// A client in Node, asked as the doors are: what it is told to is written and read through it. The arguments are the folder of
// the npm package, and the client: `ioredis` or `node-redis` of many servers, `plain-ioredis` for what is behind a proxy.
// `KEYHOME_ENGINE` names the engine.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [folder, library] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${folder}/package.json`));
const load = (name) => import(pathToFileURL(`${folder}/dist/${name}.mjs`));

const bytes = (digits) => Buffer.from(digits, "hex");
const digits = (key) => Buffer.from(key).toString("hex");

/** Why something was not done: the code of keyhome's error, else what the error says. */
const why = (error) => (/^\w+\.\w+$/.test(error.code) ? error.code : error.message);

/** Pipelines of ioredis, of one server or of many. */
function ofIoredis(client, hot) {
  async function pipelined(queue, keys) {
    const pipeline = client.pipeline();
    for (const key of keys) queue(pipeline, key);
    return (await pipeline.exec()).map(([error]) => (error ? why(error) : null));
  }
  return {
    set: (keys, value) => pipelined((pipeline, key) => pipeline.set(key, value), keys),
    get: (keys) => pipelined((pipeline, key) => pipeline.getBuffer(key), keys),
    read: (keys) => client.mget(keys),
    write: (pairs) => client.mset(pairs.flat()),
    hot,
    end: () => client.disconnect(),
  };
}

/** What is asked at once is sent at once. */
function ofNodeRedis(client) {
  const all = (keys, ask) => Promise.all(keys.map((key) => ask(key).then(() => null, why)));
  return {
    set: (keys, value) => all(keys, async (key) => client.set(key, value)),
    get: (keys) => all(keys, async (key) => client.get(key)),
    read: (keys) => client.mGet(keys),
    write: (pairs) => client.mSet(pairs),
    hot: (n) => hottest(client.hotKeys(n)),
    end: () => client.destroy(),
  };
}

const hottest = (keys) => keys.map(({ key, length, count, error }) => [digits(key), length, count, error]);

const ways = {
  async ioredis({ config, hot_keys: hotKeys }) {
    const { ShardedRedis } = await load("ioredis");
    const client = new ShardedRedis(config, { hotKeys: hotKeys ?? false });
    return ofIoredis(client, (n) => hottest(client.hotKeys(n)));
  },
  async "node-redis"({ config, hot_keys: hotKeys }) {
    const { createShardedClient } = await load("node-redis");
    const { createClient } = require("@redis/client");
    const client = createShardedClient(config, { createClient, hotKeys: hotKeys ?? false });
    await client.connect();
    return ofNodeRedis(client);
  },
  async "plain-ioredis"({ port }) {
    const { Redis } = require("ioredis");
    const client = new Redis({ port });
    return ofIoredis(client, async (n) => {
      const hottest = await client.callBuffer("KEYHOME", "HOTKEYS", n);
      return hottest.map(([key, length, count, error]) => [digits(key), length, count, error]);
    });
  },
};

let client;

const asks = {
  hello: async () => (await load("index")).engine,
  async open(words) {
    await client?.end();
    client = await ways[library](words);
    return 1;
  },
  async close() {
    await client?.end();
    client = undefined;
    return 1;
  },
  read: ({ keys }) => client.read(keys.map(bytes)),
  async write({ keys, values }) {
    await client.write(keys.map((key, at) => [bytes(key), values[at]]));
    return keys.length;
  },
  set: ({ keys, value }) => client.set(keys.map(bytes), value),
  get: ({ keys }) => client.get(keys.map(bytes)),
  hot_keys: ({ n }) => client.hot(n),
};

async function answer(line) {
  const { ask, ...words } = JSON.parse(line);
  return { answer: await asks[ask](words) };
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  const said = await answer(line).catch((error) => ({ broken: String(error?.stack ?? error) }));
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
await client?.end();
// Whatever a client left behind, who asked does not wait for it; tests of the clients look for that.
process.exit();
