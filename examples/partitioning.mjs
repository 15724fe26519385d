// Client-side partitioning: one client over three servers. Each key lives where nutcracker.yml puts it, for this client, for
// the one in partitioning.py, and for twemproxy.
//
//     ./servers start && node partitioning.mjs

import { readFileSync } from "node:fs";
import { ShardedRedis } from "keyhome/ioredis";

const file = process.env.NUTCRACKER_YML ?? new URL("nutcracker.yml", import.meta.url);
const redis = new ShardedRedis(readFileSync(file, "utf8"), { pool: "sessions" });
redis.on("node error", (error, address) => console.error(`${address}: ${error.message}`));

try {
  // One command of many keys is one command to each server that has some of them.
  const users = { "user:1": "Ada", "user:2": "Grace", "user:3": "Alan", "user:4": "Edsger" };
  await redis.mset(users);
  const names = await redis.mget(Object.keys(users));

  for (const [at, key] of Object.keys(users).entries()) {
    // The server itself has the key, whoever asks it.
    const there = await redis.nodeOf(key).exists(key);
    console.log(`${key} is ${names[at]}, on ${redis.router.node(key).name} (EXISTS says ${there})`);
  }

  // A pipeline is one write to each server; the replies come in the order of the commands.
  const replies = await redis.pipeline().incr("visits:1").incr("visits:2").expire("visits:1", 60).exec();
  for (const [error] of replies) {
    if (error) throw error;
  }
  console.log(`${replies.length} replies of a pipeline over several servers`);

  const removed = await redis.unlink(...Object.keys(users), "visits:1", "visits:2");
  console.log(`${removed} keys removed`);
} finally {
  redis.disconnect();
}
