// What is written for node-redis, on three servers: connect-redis 9 with express-session over HTTP, and keyv.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import KeyvRedis from "@keyv/redis";
import { RedisStore } from "connect-redis";
import { Keyv } from "keyv";
import { configOf, connected } from "../node-redis/client.mjs";
import { RedisServer, Scratch, waitUntil } from "../servers/index.mjs";
import { Browser, asked, serveSessions } from "./session-app.mjs";

const scratch = new Scratch();
let servers;
before(async () => {
  servers = await RedisServer.startMany(3, scratch);
});
after(() => scratch.end());

/** How many keys each server has. */
const sizes = () => Promise.all(servers.map((server) => server.ask("DBSIZE")));

test("connect-redis 9: sessions live on all servers, and survive one dying", async (t) => {
  const settings = { hash: "md5", auto_eject_hosts: true, server_failure_limit: 1, timeout: 500 };
  const client = await connected(t, configOf(servers, settings));
  const store = new RedisStore({ client });
  const app = await serveSessions(store);
  t.after(() => app.end());
  const browsers = Array.from({ length: 30 }, () => new Browser(app.address));
  assert.equal((await browsers[0].visit()).status, 401);
  await Promise.all(browsers.map((browser, at) => browser.login(`user ${at}`)));
  for (let visits = 1; visits <= 3; visits++) {
    const seen = await Promise.all(browsers.map((browser) => browser.visit()));
    assert.deepEqual(seen, browsers.map((_, at) => ({ status: 200, body: { name: `user ${at}`, visits } })));
  }
  const counts = await sizes();
  assert.ok(counts.every((count) => count > 0), counts.join());
  assert.equal(await asked(store, "length"), 30);
  const ids = browsers.map((browser) => browser.sessionId).toSorted();
  assert.deepEqual((await asked(store, "ids")).toSorted(), ids);
  assert.deepEqual((await asked(store, "all")).map(({ name }) => name).toSorted(), browsers.map((_, at) => `user ${at}`).toSorted());
  await asked(store, "destroy", browsers[0].sessionId);
  assert.equal((await browsers[0].visit()).status, 401);

  await servers[2].kill();
  await waitUntil(() => client.stats()[2].state === "ejected", "it is taken out");
  // Who was on it logs in again; everybody else goes on.
  const answers = await Promise.all(browsers.slice(1).map((browser) => browser.visit()));
  assert.ok(answers.every(({ status }) => status === 200 || status === 401));
  assert.ok(answers.filter(({ status }) => status === 200).length >= counts[0] + counts[1] - 1);
  await Promise.all(browsers.map((browser, at) => browser.login(`user ${at}`)));
  const again = await Promise.all(browsers.map((browser) => browser.visit()));
  assert.deepEqual(again.map(({ status, body }) => [status, body.visits]), browsers.map(() => [200, 1]));
  await asked(store, "clear");
  assert.equal(await asked(store, "length"), 0);
  await servers[2].startAgain();
});

test("keyv, one key and many", async (t) => {
  await Promise.all(servers.map((server) => server.ask("FLUSHALL")));
  const client = await connected(t, configOf(servers, { hash: "md5" }), { splitMulti: true });
  const adapter = new KeyvRedis(client, { throwOnErrors: true });
  const keyv = new Keyv({ store: adapter, namespace: "app", useKeyPrefix: false });
  keyv.on("error", (error) => assert.fail(error));
  const keys = Array.from({ length: 40 }, (_, number) => `key:${number}`);
  assert.equal(await keyv.set("one", { a: 1 }, 60_000), true);
  assert.deepEqual(await keyv.get("one"), { a: 1 });
  assert.equal(await keyv.has("one"), true);
  assert.equal(await keyv.delete("one"), true);
  assert.equal(await keyv.get("one"), undefined);
  await keyv.setMany(keys.map((key) => ({ key, value: key })));
  assert.ok((await sizes()).every((count) => count > 0));
  assert.deepEqual(await keyv.getMany(keys), keys);
  assert.deepEqual(await keyv.hasMany(keys), keys.map(() => true));
  const found = [];
  for await (const [key] of keyv.iterator("app")) found.push(key);
  assert.deepEqual(found.toSorted(), keys.toSorted());
  await keyv.deleteMany(keys.slice(0, 10));
  assert.deepEqual((await keyv.getMany(keys)).filter((value) => value === undefined).length, 10);
  await keyv.clear();
  assert.deepEqual(await sizes(), [0, 0, 0]);
});

test("keyv without splitMulti: many keys are one clear error", async (t) => {
  const client = await connected(t, configOf(servers, { hash: "md5" }));
  const adapter = new KeyvRedis(client, { throwOnErrors: true });
  adapter.on("error", () => {});
  const entries = Array.from({ length: 40 }, (_, number) => ({ key: `key:${number}`, value: "v" }));
  await assert.rejects(adapter.setMany(entries), { code: "client.nodes" });
  await adapter.set("key", "v");
  assert.equal(await adapter.get("key"), "v");
});
