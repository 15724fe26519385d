// The node-redis of the tests: version 5 or 6, as the stage says which major of ioredis it is.

import { createRequire } from "node:module";
import { createShardedClient } from "keyhome/node-redis";
import { yaml } from "../servers/index.mjs";

/** The module `@redis/client`. */
export const redis = createRequire(import.meta.url)(process.env.KEYHOME_IOREDIS === "5" ? "@redis/client-5" : "@redis/client");
export const isVersion6 = process.env.KEYHOME_IOREDIS !== "5";

/** The config of a pool of some servers, in the order of their names. */
export function configOf(servers, settings = {}) {
  return yaml(servers.map(({ address }, at) => `${address}:1 redis-${at}`), settings);
}

/** A client that is connected, and closed at the end of the test; what befalls its nodes is in `told`. */
export async function connected(t, source, options = {}) {
  const client = createShardedClient(source, { createClient: redis.createClient, ...options });
  client.told = [];
  client.on("node error", (error, address) => client.told.push([error, address]));
  t.after(() => client.isOpen && client.destroy());
  await client.connect();
  return client;
}
