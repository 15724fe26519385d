// A server dies and comes back: who notices, where its keys live meanwhile, and what is to be known when it is back.
//
//     ./servers start && node killing-a-server.mjs
//
// It stops and starts redis-2 itself, with ./servers.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ShardedRedis } from "keyhome/ioredis";

const file = process.env.NUTCRACKER_YML ?? new URL("nutcracker.yml", import.meta.url);
const SCRIPT = fileURLToPath(new URL("servers", import.meta.url));
const VICTIM = "redis-2";

const redis = new ShardedRedis(readFileSync(file, "utf8"), { pool: "sessions" });
redis.on("node error", (error, address) => console.error(`${address}: ${error.message}`));
redis.on("ejected", ({ name }) => console.log(`> ${name} is ejected: its keys live elsewhere from now on`));
redis.on("returned", ({ name }, { keys_elsewhere }) => {
  console.log(`> ${name} is back${keys_elsewhere ? "; what was written meanwhile lies on other servers" : ""}`);
});

/** Which of the keys have an answer, and what became of the others. */
async function look(when) {
  const answers = await Promise.allSettled(keys.map((key) => redis.get(key)));
  const found = answers.filter(({ value }) => value === "old" || value === "new").length;
  const failed = answers.filter(({ status }) => status === "rejected").length;
  console.log(`${when}: ${found} of ${keys.length} keys found, ${failed} failed; ${mine} lives on ${redis.router.node(mine).name}`);
}

/** Goes on asking, as users do: clients notice what becomes of servers when somebody asks. */
async function askUntil(event) {
  let happened = false;
  redis.once(event, () => (happened = true));
  while (!happened) {
    await redis.get(mine).catch((error) => console.error(error.message)); // those who ask in this moment get an error
    await sleep(50);
  }
}

const keys = Array.from({ length: 60 }, (_, number) => `profile:${number}`);
const mine = keys.find((key) => redis.router.node(key).name === VICTIM);
try {
  await Promise.all(keys.map((key) => redis.set(key, "old", "EX", 60)));
  await look("before");

  execFileSync(SCRIPT, ["stop", VICTIM]);
  await askUntil("ejected");
  await look(`${VICTIM} is dead`);
  await redis.set(mine, "new", "EX", 60);

  execFileSync(SCRIPT, ["start", VICTIM]);
  await askUntil("returned");
  await look(`${VICTIM} is there again, and empty`);

  // A key that was written meanwhile would be found, old, the next time that its home is out. So it is removed everywhere.
  const strays = redis.nodes().map((node, at) => node.unlink(...keys.filter((key) => redis.router.index(key) !== at)));
  const removed = (await Promise.all(strays)).reduce((sum, count) => sum + count, 0);
  console.log(`${removed} key removed that lay where it does not live`);
  await redis.unlink(...keys);
} finally {
  redis.disconnect();
}
