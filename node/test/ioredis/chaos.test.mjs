// 100,000 operations on four servers: one is killed in mid-pipeline and comes back, one hangs for a while. Every operation is
// settled once, with its own answer; what was acknowledged is there; nothing was done twice.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { serversForTests } from "../servers/for-tests.mjs";
import { waitUntil } from "../servers/index.mjs";
import { sharded } from "./support.mjs";

const OPERATIONS = 100_000;
/** Operations that are on the way at any time. */
const WORKERS = 200;

const { servers } = serversForTests(4);

const KILLED = 1;
const HUNG = 2;

/** Errors that a user may be told; all else is a defect. */
const EXPECTED = new RegExp(
  [
    ...["Connection is closed", "Socket closed", "ECONNRE", "ECONNABORTED", "EPIPE"],
    ...["Command timed out", "did not answer in time", "Reached the max retries", "left alone", "LOADING"],
  ].join("|"),
);

function isExpected(error) {
  if (error.code === "client.split") return error.failures.every((failure) => isExpected(failure.error));
  return EXPECTED.test(error.message) || ["node.ejected", "client.queue", "pool.ejected"].includes(error.code);
}

/** What a run knows of what it did. */
class Ledger {
  settled = 0;
  twice = 0;
  wrong = [];
  unexpected = [];
  failed = 0;
  /** By key: values whose SET was acknowledged, the last one. */
  written = new Map();
  /** By counter: how many increments were acknowledged, and how many may have been done. */
  acknowledged = new Map();
  attempted = new Map();

  /** Runs an operation, and sees to it that it is settled once. */
  async watch(run, check) {
    let times = 0;
    const settled = () => {
      if (++times > 1) this.twice++;
      else this.settled++;
    };
    try {
      const reply = await run(settled);
      if (times === 0) settled();
      const fault = check(reply);
      if (fault !== undefined) this.wrong.push(fault);
    } catch (error) {
      if (times === 0) settled();
      this.failed++;
      if (!isExpected(error)) this.unexpected.push(error);
    }
  }
}

const add = (map, key, count) => map.set(key, (map.get(key) ?? 0) + count);

/** One operation of each kind, all of them with answers that only they can have. */
const KINDS = {
  set(redis, ledger, number) {
    const key = `set:${number}`;
    return ledger.watch(
      () => redis.set(key, number),
      (reply) => {
        ledger.written.set(key, String(number));
        return reply === "OK" ? undefined : `SET ${reply}`;
      },
    );
  },
  // Two values that follow one another in one pipeline, which must come back in order.
  pipeline(redis, ledger, number) {
    const counter = `counter:${number % 50}`;
    add(ledger.attempted, counter, 2);
    return ledger.watch(
      () => redis.pipeline().echo(`a${number}`).incr(counter).incr(counter).echo(`b${number}`).exec(),
      (results) => {
        const [[echoError, a], [firstError, first], [secondError, second], [lastError, b]] = results;
        for (const error of [echoError, firstError, secondError, lastError]) {
          if (error !== null && !isExpected(error)) ledger.unexpected.push(error);
        }
        add(ledger.acknowledged, counter, Number(firstError === null) + Number(secondError === null));
        if (echoError === null && a !== `a${number}`) return `ECHO ${a} instead of a${number}`;
        if (lastError === null && b !== `b${number}`) return `ECHO ${b} instead of b${number}`;
        if (firstError === null && secondError === null && !(second > first)) return `INCR ${first}, ${second}`;
        return undefined;
      },
    );
  },
  incr(redis, ledger, number) {
    const counter = `counter:${number % 50}`;
    add(ledger.attempted, counter, 1);
    return ledger.watch(
      () => redis.incr(counter),
      () => void add(ledger.acknowledged, counter, 1),
    );
  },
  mset(redis, ledger, number) {
    const keys = Array.from({ length: 8 }, (_, at) => `mset:${number}:${at}`);
    return ledger.watch(
      async () => {
        try {
          return await redis.mset(keys.flatMap((key) => [key, key]));
        } catch (error) {
          for (const { keys } of error.successes ?? []) for (const key of keys) ledger.written.set(key, key);
          throw error;
        }
      },
      (reply) => {
        for (const key of keys) ledger.written.set(key, key);
        return reply === "OK" ? undefined : `MSET ${reply}`;
      },
    );
  },
  // Each key holds its own name or nothing.
  mget(redis, ledger, number) {
    const keys = Array.from({ length: 8 }, (_, at) => `mset:${number - 2}:${at}`);
    return ledger.watch(
      () => redis.mget(keys),
      (replies) => {
        const wrong = replies.findIndex((reply, at) => reply !== null && reply !== keys[at]);
        return replies.length === 8 && wrong < 0 ? undefined : `MGET ${keys[wrong]} gave ${replies[wrong]}`;
      },
    );
  },
  // Its callback is called once, too.
  callback(redis, ledger, number) {
    return ledger.watch(
      (settled) =>
        new Promise((resolve, reject) => {
          redis.echo(`c${number}`, (error, reply) => {
            settled();
            if (error) reject(error);
            else resolve(reply);
          });
        }),
      (reply) => (reply === `c${number}` ? undefined : `ECHO ${reply} instead of c${number}`),
    );
  },
};

const NAMES = Object.keys(KINDS);

/** Kills, hangs, and brings back, while operations run. */
async function harm(progress) {
  const reached = (share) => waitUntil(() => progress() > share * OPERATIONS, `${share} of it are done`, 120_000);
  await reached(0.15);
  await servers[KILLED].kill();
  await reached(0.3);
  await servers[KILLED].startAgain();
  await reached(0.45);
  servers[HUNG].pause();
  await reached(0.6);
  servers[HUNG].resume();
  await reached(0.75);
  await servers[KILLED].kill();
  await sleep(100);
  await servers[KILLED].startAgain();
}

const MODES = {
  "keys stay where they are": { on_failure: "fail", auto_eject_hosts: true },
  "keys live elsewhere meanwhile": { on_failure: "remap", auto_eject_hosts: true },
};

for (const [name, mode] of Object.entries(MODES)) {
  test(`${OPERATIONS} operations while servers die, hang and come back; ${name}`, async (t) => {
    for (const server of servers) await server.ask("FLUSHALL");
    const settings = { ...mode, server_failure_limit: 2, server_retry_timeout: 200, timeout: 150 };
    // What was sent and not answered is not sent again: it could be done twice.
    const options = { redisOptions: { retryStrategy: () => 20, maxRetriesPerRequest: 1, autoResendUnfulfilledCommands: false } };
    const redis = sharded(t, servers, options, settings);
    const events = [];
    for (const event of ["ejected", "returned"]) redis.on(event, ({ name }) => events.push(`${event} ${name}`));
    await redis.connect();
    const ledger = new Ledger();
    let next = 0;
    const worker = async () => {
      for (let number = next++; number < OPERATIONS; number = next++) await KINDS[NAMES[number % NAMES.length]](redis, ledger, number);
    };
    const harmed = harm(() => next);
    await Promise.all(Array.from({ length: WORKERS }, worker));
    await harmed;

    assert.equal(ledger.settled, OPERATIONS);
    assert.equal(ledger.twice, 0);
    assert.deepEqual(ledger.wrong.slice(0, 5), []);
    assert.deepEqual(ledger.unexpected.slice(0, 5).map(({ code, message }) => `${code} ${message}`), []);
    for (const event of ["ejected node-1", "returned node-1", "ejected node-2", "returned node-2"]) {
      assert.ok(events.includes(event), `no ${event} in ${events.join()}`);
    }
    assert.ok(ledger.failed > 0 && ledger.failed < OPERATIONS / 2, `${ledger.failed} failed`);

    // All is well again, and what was acknowledged by servers that lived on is there.
    await waitUntil(() => redis.stats().every(({ state, status }) => state === "live" && status === "ready"), "all are back");
    await waitUntil(() => Promise.all(servers.map((_, at) => redis.nodes()[at].ping())).then(() => true), "all answer");
    const { router } = redis;
    let checked = 0;
    if (mode.on_failure === "fail") {
      // It may take its time.
      const reader = sharded(t, servers);
      const survivors = [...ledger.written].filter(([key]) => router.index(key) !== KILLED);
      for (let from = 0; from < survivors.length; from += 5000) {
        const some = survivors.slice(from, from + 5000);
        const values = await reader.mget(some.map(([key]) => key));
        some.forEach(([key, value], at) => assert.equal(values[at], value, key));
        checked += some.length;
      }
      assert.ok(checked > OPERATIONS / 4, `${checked}`);
      for (const [counter, acknowledged] of ledger.acknowledged) {
        if (router.index(counter) === KILLED) continue;
        const value = Number(await reader.get(counter));
        const attempted = ledger.attempted.get(counter);
        assert.ok(value >= acknowledged && value <= attempted, `${counter}: ${acknowledged} of ${attempted} acknowledged, it is ${value}`);
      }
    }
    t.diagnostic(`${ledger.failed} of ${OPERATIONS} failed, ${checked} values checked; ${events.length} ejections and returns`);
  });
}

test("a server that is killed in mid-pipeline: each command has its own result, and those of the others are done", async (t) => {
  for (const server of servers) await server.ask("FLUSHALL");
  const options = { redisOptions: { retryStrategy: () => 20, maxRetriesPerRequest: 1, autoResendUnfulfilledCommands: false } };
  const redis = sharded(t, servers, options);
  await redis.connect();
  const COUNT = 10_000;
  // Some 100 µs each, so that replies come while most of the commands are still to be done.
  redis.defineCommand("count", { numberOfKeys: 1, lua: "for i = 1, 20000 do end return redis.call('INCR', KEYS[1])" });
  await Promise.all(Array.from({ length: 97 }, (_, number) => redis.count(`warm:${number}`)));
  const pipeline = redis.pipeline();
  const called = new Uint8Array(COUNT);
  let killed;
  for (let number = 0; number < COUNT; number++) {
    const key = `counter:${number % 97}`;
    pipeline.count(key, () => {
      called[number]++;
      // From the first reply of the server on.
      if (killed === undefined && redis.router.index(key) === KILLED) killed = servers[KILLED].kill();
    });
  }
  const results = await pipeline.exec();
  await killed;
  assert.equal(results.length, COUNT);
  assert.ok(called.every((times) => times === 1), "each callback is called once");
  const counts = new Map();
  let failed = 0;
  results.forEach(([error, reply], number) => {
    const key = `counter:${number % 97}`;
    if (error === null) {
      add(counts, key, 1);
      assert.equal(reply, counts.get(key), `${key} at ${number}`);
    } else {
      failed++;
      assert.equal(redis.router.index(key), KILLED, `${key}: ${error.message}`);
      assert.ok(isExpected(error), error.message);
    }
  });
  assert.ok(failed > 0, "it was killed in between");
  await servers[KILLED].startAgain();
  for (const [key, count] of counts) {
    if (redis.router.index(key) !== KILLED) assert.equal(await redis.get(key), String(count), key);
  }
  t.diagnostic(`${failed} of ${COUNT} commands failed, all of them on the server that died`);
});
