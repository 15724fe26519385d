// A writer in Node: `ShardedRedis` with the option `fingerprint`. The only argument is JSON, as `tests/src/fingerprint.rs` writes
// it, and so are the lines of stdin and stdout. It ends when its stdin does.

import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { folder, config, fingerprint } = JSON.parse(process.argv[2]);
const { ShardedRedis } = await import(pathToFileURL(`${folder}/dist/ioredis.mjs`));
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const redis = new ShardedRedis(config, { fingerprint });
redis.on("warning", ({ message }) => say({ warning: message }));

/** What became of it. */
async function tried(what) {
  try {
    await what();
    say({ done: true });
  } catch ({ code, message }) {
    say({ refused: code, message });
  }
}

await tried(() => redis.set("written by node", "1"));
for await (const line of createInterface({ input: process.stdin })) await tried(() => redis.reload(line.replaceAll("\\n", "\n")));
redis.disconnect();
