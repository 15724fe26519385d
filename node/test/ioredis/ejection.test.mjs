// A node that fails is taken out, in each of the three modes; one that is down or hangs never stalls the others.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, test } from "node:test";
import { serversForTests } from "../servers/for-tests.mjs";
import { RedisServer, SilentServer, waitUntil } from "../servers/index.mjs";
import { configOf, keyOn, once, sharded, within } from "./support.mjs";

/** What both clients share, which is no entry of the package. */
const { LivePlacement, planOf } = createRequire(import.meta.url)("../../dist/sharded.cjs");

const { scratch, servers } = serversForTests(3, { emptied: true });
afterEach(async () => {
  // Whatever a test has done to node 1 is over.
  await servers[1].kill();
  await servers[1].startAgain();
});

const RULES = { auto_eject_hosts: true, server_failure_limit: 2, server_retry_timeout: 400, timeout: 500 };
const QUICK = { redisOptions: { retryStrategy: () => 30 } };

function client(t, onFailure, { rules = {}, options = {} } = {}) {
  const settings = { ...RULES, ...(onFailure === undefined ? {} : { on_failure: onFailure }), ...rules };
  const redis = sharded(t, servers, { ...QUICK, ...options }, settings);
  redis.told = [];
  for (const event of ["ejected", "returned", "allGone"]) redis.on(event, (...args) => redis.told.push([event, ...args]));
  return redis;
}

/** Asks for a key until its node is out; every error must be a clear one and come in time. */
async function untilEjected(redis, key) {
  const ejected = once(redis, "ejected");
  let out = false;
  ejected.then(() => (out = true));
  while (!out) {
    await within(5000, redis.set(key, "v").catch(() => {}), "a command to a node that fails");
    await sleep(1); // what fails at once leaves no time for anything else
  }
  return ejected;
}

/** The keys of the other nodes are served all the while, and at once. */
async function othersAreServed(redis, [a, c]) {
  for (const key of [a, c]) {
    assert.equal(await within(5000, redis.set(key, "v"), `${key} of a node that is well`), "OK");
    assert.equal(await within(5000, redis.get(key), `${key} of a node that is well`), "v");
  }
}

test("remap: a pipeline is placed at once, though its time is over for a node in the middle of it", async (t) => {
  const redis = client(t, "remap", { rules: { server_retry_timeout: 60_000 } });
  await redis.connect();
  const key = keyOn(redis, 1);
  await servers[1].kill();
  await untilEjected(redis, key);
  await redis.del(key);
  // Each look at the clock takes two seconds.
  const clock = performance.now.bind(performance);
  let looks = 0;
  const { mock } = t.mock.method(performance, "now", () => clock() + 2000 * looks++);
  const pipeline = redis.pipeline();
  for (let number = 0; number < 100; number++) pipeline.incr(key);
  const sent = pipeline.exec();
  mock.restore();
  assert.deepEqual(await sent, Array.from({ length: 100 }, (_, number) => [null, number + 1]));
});

const HARMS = { killed: (server) => server.kill(), hung: (server) => server.pause() };

for (const [what, harm] of Object.entries(HARMS)) {
  describe(`a node that is ${what}`, () => {
    test("remap: its keys live elsewhere, and go home when it is back", async (t) => {
      const redis = client(t, "remap");
      await redis.connect();
      const [a, b, c] = [0, 1, 2].map((node) => keyOn(redis, node));
      await harm(servers[1]);
      const [node, event] = await untilEjected(redis, b);
      assert.equal(node.name, "node-1");
      assert.equal(event.event, "ejected");
      assert.equal(redis.stats()[1].state, "ejected");
      await othersAreServed(redis, [a, c]);
      // A try may have come in between.
      await waitUntil(() => redis.set(b, "elsewhere").then(() => true, () => false), "its keys live elsewhere", 3000);
      const others = await Promise.all([servers[0], servers[2]].map((server) => server.ask("GET", b)));
      assert.ok(others.includes("elsewhere"), `${others}`);
      const returned = once(redis, "returned");
      if (what === "killed") await servers[1].startAgain();
      else servers[1].resume();
      let home = false;
      await waitUntil(async () => {
        await redis.set(b, "home").catch(() => {});
        home = redis.stats()[1].state === "live" && redis.router.index(b) === 1;
        return home && (await servers[1].ask("GET", b)) === "home";
      }, "its keys are home again", 5000);
      const [back, told] = await returned;
      assert.equal(back.name, "node-1");
      assert.equal(told.keys_elsewhere, true);
    });

    test("fail: its keys are refused at once, and nowhere else", async (t) => {
      const redis = client(t, "fail", { rules: { server_retry_timeout: 60_000 } });
      await redis.connect();
      const [a, b, c] = [0, 1, 2].map((node) => keyOn(redis, node));
      await harm(servers[1]);
      await untilEjected(redis, b);
      for (let round = 0; round < 20; round++) await assert.rejects(within(100, redis.get(b), "a refusal"), { code: "node.ejected" });
      assert.equal(redis.router.index(b), 1);
      await othersAreServed(redis, [a, c]);
      await assert.rejects(redis.mget(a, b, c), ({ code, failures, successes }) => {
        assert.equal(code, "client.split");
        assert.deepEqual(failures.map(({ node, keys, error }) => [node.name, keys, error.code]), [["node-1", [b], "node.ejected"]]);
        assert.equal(successes.length, 2);
        return true;
      });
      const results = await redis.pipeline().get(a).get(b).get(c).exec();
      assert.deepEqual(results.map(([error, reply]) => error?.code ?? reply), ["v", "node.ejected", "v"]);
    });

    test("fail: it is asked again after server_retry_timeout", async (t) => {
      const redis = client(t, "fail");
      await redis.connect();
      const b = keyOn(redis, 1);
      await harm(servers[1]);
      await untilEjected(redis, b);
      if (what === "killed") await servers[1].startAgain();
      else servers[1].resume();
      await waitUntil(() => redis.set(b, "v").then(() => true, () => false), "it is back", 5000);
      assert.equal(redis.stats()[1].state, "live");
    });

    test("probe: it is back only after a check, and no user pays for a try", async (t) => {
      const redis = client(t, "probe", { rules: { server_retry_timeout: 200 } });
      await redis.connect();
      const [a, b, c] = [0, 1, 2].map((node) => keyOn(redis, node));
      await harm(servers[1]);
      await untilEjected(redis, b);
      const until = performance.now() + 1000;
      while (performance.now() < until) {
        for (const key of [a, b, c]) assert.equal(await within(5000, redis.set(key, "v"), key), "OK");
        await sleep(10);
      }
      assert.equal(redis.stats()[1].state, "ejected");
      const returned = once(redis, "returned");
      if (what === "killed") await servers[1].startAgain();
      else servers[1].resume();
      // Nobody asks for anything: it is the check that brings it back.
      await returned;
      assert.equal(redis.stats()[1].state, "live");
      assert.equal(await redis.set(b, "home"), "OK");
      assert.equal(await servers[1].ask("GET", b), "home");
    });

    test("without auto_eject_hosts: its keys get errors, the others are served", async (t) => {
      const options = { redisOptions: { maxRetriesPerRequest: 1, retryStrategy: () => 30 } };
      const redis = client(t, undefined, { rules: { auto_eject_hosts: false }, options });
      await redis.connect();
      const [a, b, c] = [0, 1, 2].map((node) => keyOn(redis, node));
      await harm(servers[1]);
      const failing = Array.from({ length: 50 }, () => assert.rejects(within(5000, redis.get(b), "a command to a node that fails")));
      await othersAreServed(redis, [a, c]);
      await Promise.all(failing);
      await othersAreServed(redis, [a, c]);
      assert.deepEqual(redis.told, []);
    });
  });
}

test("all nodes are out: refused at once, and back by themselves", async (t) => {
  const own = await RedisServer.startMany(2, scratch);
  const redis = sharded(t, own, QUICK, RULES);
  await redis.connect();
  const gone = once(redis, "allGone");
  const keys = [keyOn(redis, 0), keyOn(redis, 1)];
  for (const server of own) await server.kill();
  await waitUntil(async () => {
    const outcomes = await Promise.allSettled(keys.map((key) => within(5000, redis.get(key), "a refusal")));
    return outcomes.every(({ reason }) => reason?.code === "pool.ejected");
  }, "all are out", 8000);
  await gone;
  for (const server of own) await server.startAgain();
  await waitUntil(() => Promise.all(keys.map((key) => redis.set(key, "v"))).then(() => true, () => false), "they are back", 8000);
});

test("a node that hangs while it is connected to: commands to it fail in time, the others are served", async (t) => {
  const silent = await SilentServer.start(scratch);
  const redis = sharded(t, [servers[0], silent, servers[2]], QUICK, RULES);
  const [a, b, c] = [0, 1, 2].map((node) => keyOn(redis, node));
  await othersAreServed(redis, [a, c]);
  const [node] = await untilEjected(redis, b);
  assert.equal(node.name, "node-1");
  await waitUntil(() => redis.set(b, "elsewhere").then(() => true, () => false), "its keys live elsewhere", 3000);
});

test("a busy node replies late, and is not taken for one that hangs", async (t) => {
  const redis = client(t, "remap", { rules: { timeout: 2000 } });
  const b = keyOn(redis, 1);
  await redis.set(b, "v");
  servers[1].pause();
  const waiting = redis.get(b);
  await sleep(300);
  servers[1].resume();
  assert.equal(await waiting, "v");
  assert.deepEqual(redis.told, []);
});

test("replies that say a node is not fit count as failures; other errors do not", async (t) => {
  const redis = client(t, "remap", { rules: { server_retry_timeout: 60_000 } });
  const b = keyOn(redis, 1);
  await redis.set(b, "text");
  for (let round = 0; round < 10; round++) await assert.rejects(redis.incr(b), /not an integer/);
  assert.equal(redis.stats()[1].state, "live");
});

test("who is closed checks no node any more, also not because of a check that ends later; who is opened again does", async () => {
  const rules = { on_failure: "probe", auto_eject_hosts: true, server_failure_limit: 1, server_retry_timeout: 1 };
  const placement = { checks: 0, told() {}, moved() {} };
  placement.check = () => {
    placement.checks++;
    return new Promise((resolve) => (placement.answer = resolve));
  };
  const live = new LivePlacement(planOf(configOf(servers, rules), {}, ""), placement);
  live.report(1, "failure");
  await waitUntil(() => placement.checks > 0, "it is checked");
  live.close();
  const { checks } = placement;
  placement.answer(false);
  await sleep(50);
  assert.equal(placement.checks, checks);
  live.open();
  live.refresh();
  await waitUntil(() => placement.checks > checks, "it is checked again");
  live.close();
});
