// Servers that die, hang and come back, under a client of node-redis over all of them.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { KeyhomeError, Router } from "keyhome";
import { RedisServer, Scratch, waitUntil } from "../servers/index.mjs";
import { configOf, connected, redis } from "./client.mjs";

const scratch = new Scratch();
after(() => scratch.end());

const keys = Array.from({ length: 60 }, (_, number) => `key:${number}`);

/** What becomes of a GET of each key: its value, or the code of the error or its name. */
function asked(client) {
  return Promise.all(keys.map((key) => client.get(key).catch((error) => error.code ?? error.name)));
}

async function pool(t, settings, options) {
  const servers = await RedisServer.startMany(3, scratch);
  const config = configOf(servers, { hash: "md5", ...settings });
  const client = await connected(t, config, options);
  for (const key of keys) await client.set(key, key);
  const router = Router.fromConfig(config);
  const homes = keys.map((key) => router.index(key));
  return { servers, config, client, homes };
}

test("remap: a node that dies is taken out, and comes back", async (t) => {
  const { servers, client, homes } = await pool(t, { auto_eject_hosts: true, server_failure_limit: 2, server_retry_timeout: 300, timeout: 5000 });
  const events = [];
  for (const event of ["ejected", "returned"]) client.on(event, ({ name }) => events.push([event, name]));
  await servers[1].kill();
  await waitUntil(async () => (await asked(client)).every((answer, at) => homes[at] === 1 || answer === keys[at]), "the others answer");
  await waitUntil(() => client.stats()[1].state === "ejected", "it is taken out");
  // Now and then it is tried again, and fails those who are sent there.
  await waitUntil(() => Promise.all(keys.map((key) => client.set(key, "again"))), "its keys are elsewhere");
  assert.deepEqual(events[0], ["ejected", "redis-1"]);
  assert.ok(client.told.some(([, address]) => address === servers[1].address));
  await servers[1].startAgain();
  await waitUntil(async () => (await asked(client)).every((answer, at) => answer === (homes[at] === 1 ? null : "again")), "it is back, empty");
  assert.ok(events.some(([event]) => event === "returned"));
});

test("fail: its keys are refused at once, and nobody else's", async (t) => {
  const { servers, client, homes } = await pool(t, { auto_eject_hosts: true, on_failure: "fail", server_failure_limit: 1, server_retry_timeout: 60_000 });
  await servers[0].kill();
  await waitUntil(() => client.stats()[0].state === "ejected", "it is taken out");
  assert.deepEqual(await asked(client), keys.map((key, at) => (homes[at] === 0 ? "node.ejected" : key)));
  const error = await client.mGet(keys).catch((error) => error);
  assert.equal(error.code, "client.split");
  assert.deepEqual(error.failures.map(({ node }) => node.name), ["redis-0"]);
  assert.equal(error.failures[0].error.code, "node.ejected");
});

test("probe: it comes back when it answers", async (t) => {
  const { servers, client } = await pool(t, { auto_eject_hosts: true, on_failure: "probe", server_failure_limit: 1, server_retry_timeout: 100, timeout: 5000 });
  await servers[2].kill();
  await waitUntil(() => client.stats()[2].state === "ejected", "it is taken out");
  await Promise.all(keys.map((key) => client.set(key, "elsewhere")));
  await servers[2].startAgain();
  await waitUntil(() => client.stats()[2].state === "live", "it is back");
  await Promise.all(keys.map((key) => client.set(key, "home")));
  assert.deepEqual(await asked(client), keys.map(() => "home"));
});

test("a node that hangs: its commands fail in time, the others' do not wait", async (t) => {
  const { servers, client, homes } = await pool(t, { timeout: 1000 });
  // One that waits for ever: were the others to wait for it, they would never be answered.
  const patient = await connected(t, configOf(servers, { hash: "md5" }));
  servers[1].pause();
  const answers = keys.map((key) => patient.get(key));
  const quick = await Promise.all(answers.filter((_, at) => homes[at] !== 1));
  assert.deepEqual(quick, keys.filter((_, at) => homes[at] !== 1));
  const late = await Promise.all(keys.filter((_, at) => homes[at] === 1).map((key) => client.get(key).catch((error) => error.name)));
  assert.ok(late.every((answer) => answer === "NoReplyError"), late.join());
  servers[1].resume();
  assert.deepEqual(await Promise.all(answers), keys);
  await waitUntil(async () => (await asked(client)).every((answer, at) => answer === keys[at]), "it answers again");
});

test("no command is done after its caller was told that it failed", async (t) => {
  const { servers, client, homes } = await pool(t, { timeout: 1000 });
  const key = keys[homes.indexOf(1)];
  await client.set(key, "0");
  await servers[1].kill();
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => client.incr(key)));
  assert.ok(results.every(({ status }) => status === "rejected"));
  await servers[1].startAgain();
  await waitUntil(() => client.get(key).then(() => true), "it answers");
  assert.equal(await client.get(key), null);
});

test("a queue has an end", async (t) => {
  const { servers, client, homes } = await pool(t, {}, { maxQueue: 10 });
  servers[0].pause();
  const mine = keys.filter((_, at) => homes[at] === 0);
  const asks = Array.from({ length: 15 }, () => client.get(mine[0]).catch((error) => error));
  const refused = await Promise.all(asks.slice(10));
  for (const error of refused) assert.ok(error instanceof KeyhomeError && error.code === "client.queue", error);
  assert.equal(client.stats()[0].queue, 10);
  servers[0].resume();
  assert.deepEqual(await Promise.all(asks.slice(0, 10)), Array(10).fill(mine[0]));
});

test("one dead node does not keep the client from being ready; all of them do", async (t) => {
  const servers = await RedisServer.startMany(3, scratch);
  await servers[2].kill();
  const client = await connected(t, configOf(servers));
  assert.equal(client.isReady, true);
  await Promise.all(servers.slice(0, 2).map((server) => server.kill()));
  const createClient = (options) => redis.createClient({ ...options, socket: { ...options.socket, reconnectStrategy: false } });
  await assert.rejects(connected(t, configOf(servers), { createClient }), /ECONNREFUSED/);
});

test("reload while commands run: connections that stay are kept, a bad config changes nothing", async (t) => {
  const { servers, config, client } = await pool(t, {});
  const [more] = await RedisServer.startMany(1, scratch);
  const kept = client.nodes();
  await assert.rejects(client.reload("pool:\n  hash: none\n"), { code: "config.value" });
  assert.deepEqual(client.nodes(), kept);
  let failed = 0;
  let done = 0;
  let running = true;
  const work = async (at) => {
    for (; running; done++) await client.set(`w:${at}`, String(done)).catch(() => failed++);
  };
  const workers = Array.from({ length: 20 }, (_, at) => work(at));
  const bigger = configOf([...servers, more], { hash: "md5" });
  for (let turn = 0; turn < 5; turn++) {
    await client.reload(bigger);
    assert.equal(client.router.fingerprint, Router.fromConfig(bigger).fingerprint);
    assert.deepEqual(client.nodes().slice(0, 3), kept);
    const before = done;
    await waitUntil(() => done > before + 20, "commands go on");
    await client.reload(config);
    assert.equal(client.nodes().length, 3);
  }
  running = false;
  await Promise.all(workers);
  assert.equal(failed, 0);
});

test("replicas: by policy, by call, and without those that are dead", async (t) => {
  const primary = await RedisServer.start(scratch);
  const replicas = [await primary.startReplica(), await primary.startReplica()];
  const nodes = [{ host: "127.0.0.1", port: primary.port, replicas: replicas.map(({ port }) => ({ host: "127.0.0.1", port })) }];
  const gets = async (server) => Number((await server.ask("INFO", "commandstats")).match(/cmdstat_get:calls=(\d+)/)?.[1] ?? 0);
  const client = await connected(t, nodes, { readFrom: "replica" });
  await client.set("k", "v");
  await Promise.all(replicas.map((replica) => waitUntil(async () => (await replica.ask("EXISTS", "k")) === 1, "it is copied")));
  for (let turn = 0; turn < 20; turn++) assert.equal(await client.get("k"), "v");
  assert.deepEqual(await Promise.all([primary, ...replicas].map(gets)), [0, 10, 10]);
  assert.equal(await client.readingFrom("primary").get("k"), "v");
  assert.equal(await gets(primary), 1);
  await replicas[0].kill();
  for (let turn = 0; turn < 20; turn++) assert.equal(await client.get("k"), "v");
  await replicas[1].kill();
  await waitUntil(async () => (await client.get("k").catch((error) => error.code)) === "replica.unavailable", "none is left");
  assert.equal(await client.readingFrom("prefer-replica").get("k"), "v");
  const plain = await connected(t, nodes);
  assert.equal(await plain.get("k"), "v");
});

test("nobody stays connected to a server that a reload has left out, subscriptions neither", async (t) => {
  const { servers, config, client } = await pool(t, {});
  await client.subscribe(keys, () => {});
  await client.pSubscribe("key:*", () => {});
  await client.reload(configOf(servers.slice(0, 2), { hash: "md5" }));
  await waitUntil(async () => (await servers[2].ask("INFO", "clients")).includes("connected_clients:1\r\n"), "all have left");
  await client.reload(config);
  assert.equal(await client.publish(keys[0], "hi"), 2);
});

test("a client whose server hangs is closed when the time of what was sent is over", async (t) => {
  const { servers, client, homes } = await pool(t, { timeout: 1000 });
  servers[1].pause();
  t.after(() => servers[1].resume());
  const waiting = client.get(keys[homes.indexOf(1)]).catch((error) => error.name);
  await client.close();
  assert.equal(await waiting, "NoReplyError");
  servers[1].resume();
  await waitUntil(async () => (await servers[1].ask("INFO", "clients")).includes("connected_clients:1\r\n"), "nobody is connected");
});

test("who closes a client twice waits for the same end", { timeout: 20_000 }, async (t) => {
  const { servers, client, homes } = await pool(t, {});
  servers[1].pause();
  t.after(() => servers[1].resume());
  const key = keys[homes.indexOf(1)];
  const value = client.get(key);
  const ends = [client.close(), client.close()];
  servers[1].resume();
  await Promise.all(ends);
  assert.equal(await value, key);
});
