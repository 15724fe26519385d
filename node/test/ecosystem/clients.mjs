// The clients of many servers that the libraries are tried with.

import { createRequire } from "node:module";
import { ShardedRedis } from "keyhome/ioredis";
import { createShardedClient } from "keyhome/node-redis";
import { yaml } from "../servers/index.mjs";

const require = createRequire(import.meta.url);
/** node-redis 5 beside ioredis 5, 6 beside 6. */
const { createClient } = require(process.env.KEYHOME_IOREDIS === "5" ? "@redis/client-5" : "@redis/client");

/** A pool of servers, by md5 and with a hash tag. */
export function configOf(servers, settings = {}) {
  return yaml(servers.map(({ address }, at) => `${address}:1 node-${at}`), { hash: "md5", hash_tag: '"{}"', ...settings });
}

/** A client in ioredis's shape, closed at the end of the test. */
export function ioredis(t, servers, { options = {}, settings = {} } = {}) {
  const client = new ShardedRedis(configOf(servers, settings), options);
  t.after(() => client.disconnect());
  return client;
}

/** A client in node-redis's shape, connected, and closed at the end of the test. */
export async function nodeRedis(t, servers, { options = {}, settings = {} } = {}) {
  const client = createShardedClient(configOf(servers, settings), { createClient, ...options });
  client.on("error", () => {}); // of a node that is down: commands tell
  t.after(() => client.isOpen && client.destroy());
  await client.connect();
  return client;
}
