// express-session with connect-redis 7 over ioredis's own Cluster, whose reads follow keyhome's policies.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import RedisStore from "connect-redis-7";
import { cluster } from "keyhome/ioredis";
import { RedisCluster, Scratch, waitUntil } from "../servers/index.mjs";
import { Browser, serveSessions } from "./session-app.mjs";

const Redis = createRequire(import.meta.url)("ioredis");
const scratch = new Scratch();
let servers;
before(async () => {
  servers = await RedisCluster.start(scratch, { primaries: 3, replicas: 1 });
});
after(() => scratch.end());

async function served(t, options) {
  const [{ port }] = servers.primaries;
  const client = new Redis.Cluster([{ host: "127.0.0.1", port }], cluster(options));
  t.after(() => client.disconnect());
  const app = await serveSessions(new RedisStore({ client }));
  t.after(() => app.end());
  return app;
}

/** How many GETs each server has served. */
async function reads(nodes) {
  const stats = await Promise.all(nodes.map((node) => node.ask("INFO", "commandstats")));
  return stats.map((stat) => Number(/cmdstat_get:calls=(\d+)/.exec(stat)?.[1] ?? 0));
}

/** Waits until replicas have what their primaries have: sessions are read where they may not have come to yet. */
async function caughtUp() {
  const offset = async (node, name) => Number(new RegExp(`${name}:(\\d+)`).exec(await node.ask("INFO", "replication"))[1]);
  for (const [at, primary] of servers.primaries.entries()) {
    const wanted = await offset(primary, "master_repl_offset");
    await waitUntil(async () => (await offset(servers.replicas[at][0], "slave_repl_offset")) >= wanted, "the replica has it all");
  }
}

for (const readFrom of ["primary", "replica", "prefer-replica", "least-latency"]) {
  test(`sessions are read from ${readFrom}`, async (t) => {
    const app = await served(t, { readFrom });
    await Promise.all(servers.nodes.map((node) => node.ask("CONFIG", "RESETSTAT")));
    const browsers = Array.from({ length: 12 }, () => new Browser(app.address));
    assert.equal((await browsers[0].visit()).status, 401);
    await Promise.all(browsers.map((browser, at) => browser.login(`user ${at}`)));
    for (let visits = 1; visits <= 3; visits++) {
      await caughtUp();
      const seen = await Promise.all(browsers.map((browser) => browser.visit()));
      assert.deepEqual(seen, browsers.map((_, at) => ({ status: 200, body: { name: `user ${at}`, visits } })));
    }
    const [primaries, replicas] = [await reads(servers.primaries), await reads(servers.replicas.flat())];
    const sum = (counts) => counts.reduce((a, b) => a + b);
    if (readFrom === "primary") assert.equal(sum(replicas), 0);
    if (readFrom.endsWith("replica")) assert.equal(sum(primaries), 0);
    assert.ok(sum(primaries) + sum(replicas) >= 36, `${primaries} and ${replicas}`);
    await caughtUp();
    await Promise.all(browsers.map((browser) => browser.logout()));
    await caughtUp();
    assert.equal((await browsers[5].visit()).status, 401);
  });
}

test("a replica that dies costs no session", async (t) => {
  const app = await served(t, { readFrom: "prefer-replica" });
  const browsers = Array.from({ length: 12 }, () => new Browser(app.address));
  await Promise.all(browsers.map((browser, at) => browser.login(`user ${at}`)));
  await caughtUp();
  await Promise.all(browsers.map((browser) => browser.visit()));
  await servers.replicas[0][0].kill();
  // What was on the way to it when it died may fail; then nothing does.
  await Promise.allSettled(browsers.map((browser) => browser.visit()));
  await waitUntil(async () => (await Promise.all(browsers.map((browser) => browser.visit()))).every(({ status }) => status === 200), "all are served");
});
