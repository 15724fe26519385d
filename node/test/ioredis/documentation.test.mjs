// The examples of ShardedRedis in the README and in the documentation are run as they stand, on real servers.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as ours from "keyhome/ioredis";
import { RedisServer, Scratch } from "../servers/index.mjs";
import { configOf, within } from "./support.mjs";

const scratch = new Scratch();
const AsyncFunction = (async () => {}).constructor;
let servers;
let folder;
before(async () => {
  servers = await RedisServer.startMany(3, scratch);
  folder = scratch.folder("example");
  writeFileSync(join(folder, "nutcracker.yml"), configOf(servers).replace("pool:", "sessions:"));
});
after(() => scratch.end());

/** Its first example that makes a ShardedRedis of a file. */
function exampleOf(path) {
  const text = readFileSync(new URL(path, import.meta.url), "utf8");
  const examples = [...text.matchAll(/^```(?:js|ts)\n(.*?)^```$/gms)].map(([, code]) => code);
  const found = examples.find((code) => code.includes("new ShardedRedis(readFileSync("));
  assert.ok(found, `${path} has no example of ShardedRedis`);
  return found;
}

for (const path of ["../../../README.md", "../../../docs/ioredis.md"]) {
  test(path.replaceAll("../", ""), async () => {
    const code = exampleOf(path)
      .replace(/^import (\{.*\}) from "keyhome\/ioredis";$/m, "const $1 = ours;")
      .replace(/^import \{ readFileSync \} from "node:fs";$/m, "");
    assert.doesNotMatch(code, /^import /m);
    const read = (name, encoding) => readFileSync(join(folder, name), encoding);
    const redis = await within(5000, new AsyncFunction("ours", "readFileSync", `${code}\nreturn redis;`)(ours, read));
    assert.ok(redis instanceof ours.ShardedRedis);
    assert.deepEqual(await redis.mget("user:1001", "user:1002"), ["Ada", null]);
    // It lies where the router says, for a client that knows of one server only.
    const plain = new (createRequire(import.meta.url)("ioredis"))(servers[redis.router.index("user:1001")].port);
    assert.equal(await plain.get("user:1001"), "Ada");
    plain.disconnect();
    await redis.quit();
  });
}
