// A client of many servers in Node, asked as the doors are: what is in a pool is read, and written, through it. The arguments
// are the folder of the npm package, and the client library under it: `ioredis` or `node-redis`. `KEYHOME_ENGINE` names the
// engine.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [folder, library] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${folder}/package.json`));
const load = (name) => import(pathToFileURL(`${folder}/dist/${name}.mjs`));

const { engine } = await load("index");

const ways = {
  async ioredis(config) {
    const { ShardedRedis } = await load("ioredis");
    const client = new ShardedRedis(config);
    return { read: (keys) => client.mget(keys), write: (pairs) => client.mset(pairs.flat()), end: () => client.quit() };
  },
  async "node-redis"(config) {
    const { createShardedClient } = await load("node-redis");
    const client = createShardedClient(config, { createClient: require("@redis/client").createClient });
    await client.connect();
    return { read: (keys) => client.mGet(keys), write: (pairs) => client.mSet(pairs), end: () => client.close() };
  },
};

const bytes = (digits) => Buffer.from(digits, "hex");

const asks = {
  hello: () => engine,
  read: ({ keys }, { read }) => read(keys.map(bytes)),
  async write({ keys, values }, { write }) {
    await write(keys.map((key, at) => [bytes(key), values[at]]));
    return keys.length;
  },
};

async function answer(line) {
  const { ask, config, ...words } = JSON.parse(line);
  const client = config === undefined ? undefined : await ways[library](config);
  try {
    return { answer: await asks[ask](words, client) };
  } finally {
    await client?.end();
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  const said = await answer(line).catch((error) => ({ broken: String(error?.stack ?? error) }));
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
