// Clients that tell servers how they place keys, and hear who does otherwise: those of ioredis, and of node-redis beside them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Router } from "keyhome";
import { ShardedRedis } from "keyhome/ioredis";
import { createShardedClient } from "keyhome/node-redis";
import { createClient } from "@redis/client";
import { serversForTests } from "../servers/for-tests.mjs";
import { waitUntil, yaml } from "../servers/index.mjs";
import { closed, once } from "./support.mjs";

const { servers } = serversForTests(2, { emptied: true });

/** The config of the servers, the second with another weight. */
const config = (weight = 1) => yaml([`${servers[0].address}:1 a`, `${servers[1].address}:${weight} b`], { hash: "md5", timeout: 20_000 });
const fingerprintOf = (text) => Router.fromConfig(text).fingerprint;

const ioredis = (t, text, options) => closed(t, new ShardedRedis(text, { fingerprint: "warn", ...options }));
function nodeRedis(t, text, options) {
  const client = createShardedClient(text, { createClient, fingerprint: "warn", ...options });
  client.on("error", () => {});
  t.after(() => client.isOpen && client.destroy());
  return client;
}

/** Who told servers of this placement, server by server. */
const writersOf = (text) => Promise.all(servers.map((server) => server.ask("ZRANGE", `keyhome:writers:pool:${fingerprintOf(text)}`, "0", "-1")));
const isPublished = (text) => waitUntil(async () => (await writersOf(text)).every((list) => list.length > 0), "all servers are told");

/** Waits until no connection of ours is named after a fingerprint any more, and nobody is among the writers of a placement. */
async function nobodyTells(text) {
  const named = async () => (await Promise.all(servers.map((server) => server.ask("CLIENT", "LIST")))).join("").includes("name=keyhome:");
  await waitUntil(async () => !(await named()) && (await writersOf(text)).every((list) => list.length === 0), "nobody tells");
}

/** A writer that was killed a moment ago. */
async function leaveBehind(text) {
  const fingerprint = fingerprintOf(text);
  for (const server of servers) {
    const [now] = await server.ask("TIME");
    const writer = `${fingerprint} dead 2026-11-26T00:00:00Z somebody on a host pid 1`;
    await server.ask("ZADD", `keyhome:writers:pool:${fingerprint}`, now, writer);
    await server.ask("ZADD", "keyhome:fingerprints:pool", now, fingerprint);
  }
}

/** The time of all writers of a placement is over, as if they had been killed half a minute ago. */
async function forget(text) {
  for (const server of servers) {
    const key = `keyhome:writers:pool:${fingerprintOf(text)}`;
    for (const writer of await server.ask("ZRANGE", key, "0", "-1")) await server.ask("ZINCRBY", key, "-31", writer);
  }
}

for (const [name, make] of [["ioredis", ioredis], ["node-redis", nodeRedis]]) {
  const open = async (t, text, options) => {
    const client = make(t, text, options);
    await (name === "ioredis" ? client.status !== "ready" && client.connect() : client.connect());
    return client;
  };

  test(`${name}: warn tells of a writer that differs, and of nobody else`, async (t) => {
    await open(t, config(1));
    await isPublished(config(1));
    const same = make(t, config(1));
    const isWarned = (error) => assert.fail(error);
    same.on("warning", isWarned);
    if (name === "node-redis") await same.connect();
    await waitUntil(async () => (await writersOf(config(1)))[0].length === 2, "both are there");
    // From now on somebody differs; on a busy machine it hears of that, too.
    same.off("warning", isWarned).on("warning", () => {});
    const other = make(t, config(3));
    const warned = once(other, "warning");
    if (name === "node-redis") await other.connect();
    const [error] = await warned;
    assert.equal(error.code, "fingerprint.differs");
    assert.match(error.message, new RegExp(`^pool \`pool\`: keyhome/${name} [^ ]+ on [^ ]+ pid ${process.pid} has placed keys differently since \\d{4}-`));
    assert.ok(error.message.includes(`is ${fingerprintOf(config(1))}, that of this writer is ${fingerprintOf(config(3))}`));
    assert.equal(await other.set("k", "v"), "OK");
  });

  test(`${name}: refuse starts when nobody differs any more, and not before`, async (t) => {
    const first = await open(t, config(1));
    await isPublished(config(1));
    const refused = make(t, config(3), { fingerprint: "refuse" });
    const answers = [refused.connect(), refused.set("k", "v"), refused.get("k")].map((answer) => answer.catch((error) => error.code));
    const wanted = name === "ioredis" ? "fingerprint.differs" : "client.closed";
    assert.equal(await answers[0], "fingerprint.differs");
    for (const answer of answers.slice(1)) assert.ok(["fingerprint.differs", wanted].includes(await answer), await answer);
    for (const server of servers) assert.equal(await server.ask("EXISTS", "k"), 0);
    // It is among the writers no more.
    assert.deepEqual((await writersOf(config(3))).map((list) => list.length), [0, 0]);
    const same = await open(t, config(1), { fingerprint: "refuse" });
    assert.equal(await same.set("k", "v"), "OK");
    for (const client of [first, same]) await (name === "ioredis" ? client.quit() : client.close());
    await leaveBehind(config(1));
    await assert.rejects(make(t, config(3), { fingerprint: "refuse" }).connect(), /somebody on a host pid 1 has placed/);
    await forget(config(1));
    const second = await open(t, config(3), { fingerprint: "refuse" });
    assert.equal(await second.get("none"), null);
  });

  test(`${name}: who closes takes back what it said`, async (t) => {
    const first = await open(t, config(1));
    await isPublished(config(1));
    await (name === "ioredis" ? first.quit() : first.close());
    const second = await open(t, config(3), { fingerprint: "refuse" });
    assert.equal(await second.set("k", "v"), "OK");
  });

  test(`${name}: who closes while it is being announced leaves nothing behind`, async () => {
    for (let turns = 0; turns < 16; turns++) {
      const client = make({ after: () => {} }, config(1));
      client.connect().catch(() => {}); // it is closed before it is ready
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      if (turns % 2 === 0) await (name === "ioredis" ? client.quit() : client.close());
      else await (name === "ioredis" ? client.disconnect() : client.destroy());
    }
    const isLeft = async (server) => !(await server.ask("CLIENT", "LIST")).includes("name=keyhome:");
    await waitUntil(async () => (await Promise.all(servers.map(isLeft))).every(Boolean), "no connection is left");
    assert.deepEqual(await writersOf(config(1)), [[], []]);
  });

  test(`${name}: a reload is refused, unless it is to go through`, async (t) => {
    await open(t, config(1));
    const client = await open(t, config(1), { fingerprint: "refuse" });
    await isPublished(config(1));
    const { fingerprint } = client.router;
    await assert.rejects(client.reload(config(3)), { code: "fingerprint.differs" });
    assert.equal(client.router.fingerprint, fingerprint);
    assert.deepEqual((await writersOf(config(3))).map((list) => list.length), [0, 0]);
    assert.equal(await client.set("k", "v"), "OK");
    const warned = once(client, "warning");
    await client.reload(config(3), undefined, "warn");
    assert.equal((await warned)[0].code, "fingerprint.differs");
    assert.equal(client.router.fingerprint, fingerprintOf(config(3)));
    await waitUntil(async () => (await writersOf(config(1)))[0].length === 1, "the old one is taken back");
    await assert.rejects(client.reload(config(3), undefined, "no"), { code: "argument.type" });
  });

  test(`${name}: reloads that come at once are done in their order, and leave nothing behind`, async (t) => {
    const other = await open(t, config(1));
    const client = await open(t, config(1));
    client.on("warning", () => {});
    await isPublished(config(1));
    const reloads = [client.reload(config(2)), client.reload(config(3), undefined, "refuse"), client.reload(config(4))];
    const [first, refused, last] = await Promise.allSettled(reloads);
    assert.deepEqual([first.status, refused.reason?.code, last.status], ["fulfilled", "fingerprint.differs", "fulfilled"]);
    assert.equal(client.router.fingerprint, fingerprintOf(config(4)));
    for (const one of [client, other]) await (name === "ioredis" ? one.quit() : one.close());
    for (const weight of [1, 2, 3, 4]) await nobodyTells(config(weight));
  });

  test(`${name}: a server that is down is told of once, and nothing fails for it`, async (t) => {
    const down = "127.0.0.1:1";
    const text = yaml([`${servers[0].address}:1 a`, `${down}:1 b`], { hash: "md5", timeout: 20_000 });
    const client = make(t, text, { fingerprint: "refuse" });
    const warned = once(client, "warning");
    client.connect().catch(() => {});
    const [error] = await warned;
    assert.match(error.message, /^b \(127\.0\.0\.1:1\) was not told how keys are placed: .*ECONNREFUSED/);
    const key = Array.from({ length: 99 }, (_, at) => `k${at}`).find((key) => Router.fromConfig(text).index(key) === 0);
    await waitUntil(async () => (await client.set(key, "v").catch(() => "")) === "OK", "the other serves");
  });

  test(`${name}: without the option nothing is published`, async (t) => {
    for (const server of servers) await server.ask("CONFIG", "RESETSTAT");
    const client = await open(t, config(1), { fingerprint: undefined });
    assert.equal(await client.set("k", "v"), "OK");
    await client.reload(config(3));
    const sent = await Promise.all(servers.map((server) => server.ask("INFO", "commandstats")));
    assert.match(sent.join(""), /cmdstat_set:/);
    assert.doesNotMatch(sent.join(""), /cmdstat_(time|zadd|zrange|expire|client\|setname):/);
  });

  test(`${name}: other words are refused`, () => {
    assert.throws(() => make({ after: () => {} }, config(1), { fingerprint: "shout" }), { code: "argument.type" });
    assert.throws(() => make({ after: () => {} }, config(1), { fingerprintGroup: 7 }), { code: "argument.type" });
  });
}

test("pools of other names are other data, unless they are one group", async (t) => {
  const named = (name, weight) => config(weight).replace(/^[^:]+:/, `${name}:`);
  const first = ioredis(t, named("alpha", 1), { fingerprintGroup: "data" });
  await waitUntil(async () => (await servers[1].ask("ZRANGE", "keyhome:fingerprints:data", "0", "-1")).length === 1, "it is there");
  const other = ioredis(t, named("beta", 3), { fingerprint: "refuse" });
  assert.equal(await other.set("k", "v"), "OK");
  const same = ioredis(t, named("beta", 3), { fingerprint: "refuse", fingerprintGroup: "data" });
  await assert.rejects(same.set("k", "v"), { code: "fingerprint.differs" });
  assert.ok(first);
});

test("ioredis: the connection that tells is named after the fingerprint, and the others are the user's", async (t) => {
  ioredis(t, config(1), { redisOptions: { connectionName: "mine" } });
  await isPublished(config(1));
  const list = await servers[0].ask("CLIENT", "LIST");
  assert.match(list, new RegExp(`name=keyhome:${fingerprintOf(config(1))} `));
  assert.match(list, /name=mine /);
});

test("ioredis: pipelines and transactions wait, too", async (t) => {
  ioredis(t, config(1));
  await isPublished(config(1));
  for (const begin of ["pipeline", "multi"]) {
    const redis = ioredis(t, config(3), { fingerprint: "refuse" });
    await assert.rejects(redis[begin]().set("k", "v").exec(), { code: "fingerprint.differs" });
    const same = ioredis(t, config(1), { fingerprint: "refuse" });
    assert.deepEqual(await same[begin]().set("k", "v").exec(), [[null, "OK"]]);
  }
});
