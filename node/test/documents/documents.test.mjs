// The JavaScript of all documents, each as one program on real servers: `call; // => value` has to be so.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { RedisCluster, RedisServer, Scratch } from "../servers/index.mjs";
import { CONFIG, documentsWith } from "./documents.mjs";

const PROGRAM = fileURLToPath(new URL("program.mjs", import.meta.url));
const HOOK = new URL("../which-ioredis.mjs", import.meta.url).href;

/** How many values are compared at least. */
const LEAST = { "README.md": 2, "node/README.md": 7 };

const scratch = new Scratch();
let servers;
let cluster;
before(async () => {
  servers = await RedisServer.startMany(3, scratch);
  cluster = await RedisCluster.start(scratch, { primaries: 3 });
});
after(() => scratch.end());

/** A text about these servers: 10.0.0.N are servers of their own, 10.0.1.N nodes of a Redis Cluster. */
function placed(text) {
  const port = (ofCluster, number) => (ofCluster === "1" ? cluster.primaries : servers)[number - 1].port;
  const address = /10\.0\.([01])\.([1-3])(:|", port: |", )6379/g;
  return text.replace(address, (_, ofCluster, number, between) => `127.0.0.1${between}${port(ofCluster, number)}`);
}

for (const { path, blocks } of documentsWith("js")) {
  test(path, async () => {
    const folder = scratch.folder("document");
    writeFileSync(join(folder, "nutcracker.yml"), placed(readFileSync(CONFIG, "utf8")));
    writeFileSync(join(folder, "blocks.json"), JSON.stringify(blocks.map(placed)));
    await Promise.all(servers.map((server) => server.ask("FLUSHALL")));
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", HOOK, PROGRAM], { cwd: folder });
    const { compared } = JSON.parse(stdout);
    console.log(`${path}: ${blocks.length} examples, ${compared} values`);
    assert.ok(compared >= (LEAST[path] ?? 0));
  });
}
