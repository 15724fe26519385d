// Read/write splitting: writes go to the primaries and reads to their replicas, but for a read that must see the last write.
//
//     ./servers start && ./servers replicas && node read-write-splitting.mjs

import { readFileSync } from "node:fs";
import { ShardedRedis } from "keyhome/ioredis";

const file = process.env.REPLICAS_YML ?? new URL("replicas.yml", import.meta.url);
const redis = new ShardedRedis(readFileSync(file, "utf8"), { pool: "sessions" });
redis.on("node error", (error, address) => console.error(`${address}: ${error.message}`));

/** Does something, and prints how many commands each server was sent meanwhile. */
async function watched(what, work) {
  const before = redis.stats();
  await work();
  for (const [at, { name, requests, replicas }] of redis.stats().entries()) {
    const [primary, replica] = [requests - before[at].requests, replicas[0].requests - before[at].replicas[0].requests];
    console.log(`${what}: ${name} was sent ${primary}, its replica ${replica}`);
  }
}

try {
  const keys = Array.from({ length: 90 }, (_, number) => `article:${number}`);
  await watched("90 writes", () => Promise.all(keys.map((key) => redis.set(key, `text of ${key}`, "EX", 60))));

  // Replication takes a moment: a replica may not have yet what was just written. WAIT says when each primary's replica has it.
  const reached = await redis.wait(1, 10_000);
  console.log(`what was written has come to ${reached} replica of each primary`);

  const read = async (client) => {
    const values = await Promise.all(keys.map((key) => client.get(key)));
    if (values.some((value, at) => value !== `text of ${keys[at]}`)) throw new Error("a value is missing");
  };
  // `read_from: prefer-replica` of the config: the primaries serve what no replica can.
  await watched("90 reads", () => read(redis));
  // Who has just written, and must see it, asks the primary.
  await watched("90 reads of the last write", () => read(redis.readingFrom("primary")));
} finally {
  redis.disconnect();
}
