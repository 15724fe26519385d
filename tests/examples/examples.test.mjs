// Every example, on real servers: what it prints is what examples/output/ says.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask } from "../../node/test/servers/ask.mjs";
import { sameOutput } from "./output.mjs";
import { EXAMPLES, Pool } from "./pool.mjs";

/** The most lines of code of its own that an example has. */
const MOST = 60;

/** Those that run to their end by themselves. The last one kills a server. */
const RUN = [
  "partitioning.mjs",
  "partitioning.py",
  "replace-twemproxy.sh",
  "redis-cluster.mjs",
  "redis_cluster.py",
  "read-write-splitting.mjs",
  "adding-a-server.sh",
  "virtual_nodes.py",
  "hot_keys.py",
  "transactions.py",
  "killing-a-server.mjs",
];

/** Those that serve until they are ended. */
const SERVE = ["sessions.mjs", "prometheus/watch.sh"];

let pool;
before(async () => {
  const { pool: started, said } = await Pool.start("start", "replicas", "cluster");
  pool = started;
  sameOutput("servers", said);
});
after(() => pool?.end());

for (const example of RUN) {
  test(example, { timeout: 120_000 }, async () => {
    sameOutput(example, await pool.run(example));
  });
}

test("they leave no keys behind that live for ever", async () => {
  let servers = 0;
  for (const server of [7001, 7002, 7003, 7101, 7102, 7103]) {
    const keyspace = await ask(pool.port(server), "INFO", "keyspace");
    const [, keys, expires] = /^db0:keys=(\d+),expires=(\d+),/m.exec(keyspace) ?? [];
    assert.equal(expires, keys, `${server}: ${keyspace}`);
    if (keys !== undefined) servers++;
  }
  assert.ok(servers > 0, "some are there still, so that this says something");
});

test("a server that is there is not started twice, and what stops is gone", async () => {
  assert.equal(await pool.servers("start", "redis-1"), "redis-1 is there already\n");
  assert.equal(await pool.servers("stop", "redis-1", "redis-3"), "redis-1 is stopped\nredis-3 is stopped\n");
  await assert.rejects(ask(pool.port(7001), "PING"));
  assert.equal(await ask(pool.port(7002), "PING"), "PONG");
  await assert.rejects(pool.servers("begin"), /\.\/servers start/);
});

test("what has the number of a server that is long gone is left alone", async () => {
  const other = spawn("sleep", ["60"]);
  const ended = once(other, "exit");
  pool.leaveBehind("redis-3", other.pid);
  assert.equal(await pool.servers("stop", "redis-3"), "");
  other.kill("SIGTERM");
  assert.deepEqual(await ended, [null, "SIGTERM"]);
});

test("each is here, in the README, and short; its first lines say how to run it", () => {
  const files = ["", "prometheus"].flatMap((folder) =>
    readdirSync(join(EXAMPLES, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile() && (/\.(mjs|py|sh)$/.test(entry.name) || entry.name === "servers"))
      .map((entry) => join(folder, entry.name)),
  );
  assert.deepEqual(files.toSorted(), [...RUN, ...SERVE, "servers"].toSorted());
  const readme = readFileSync(join(EXAMPLES, "README.md"), "utf8");
  for (const file of files) {
    const text = readFileSync(join(EXAMPLES, file), "utf8");
    const lines = codeOf(text);
    assert.ok(lines < MOST, `${file} has ${lines} lines of code`);
    const commands = text.split("\n").slice(0, 10).filter((line) => /^(?:#|\/\/)? *(?:\.\/|node |python |prometheus\/)/.test(line));
    const command = commands.find((line) => line.includes(file));
    assert.ok(command !== undefined, `${file} does not say how to run it`);
    if (file === "servers") continue;
    const row = readme.split("\n").find((line) => line.includes(`(${file})`) && line.startsWith("|"));
    const told = /`([^`]*)` \|$/.exec(row)?.[1];
    assert.ok(told !== undefined && command.endsWith(told), `examples/README.md does not say of ${file} what it says itself: ${told}`);
  }
});

/** Lines that are neither empty nor a comment. */
function codeOf(text) {
  const code = text.replace(/^""".*?"""$/ms, "");
  return code.split("\n").filter((line) => !/^\s*(?:#|\/\/|\/\*\*.*\*\/$|$)/.test(line)).length;
}
