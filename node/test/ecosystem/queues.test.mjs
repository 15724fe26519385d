// BullMQ over ShardedRedis: a queue lives on one server, that of its hash tag; another queue on another.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FlowProducer, Queue, QueueEvents, Worker } from "bullmq";
import { serversForTests } from "../servers/for-tests.mjs";
import { waitUntil } from "../servers/index.mjs";
import { ioredis } from "./clients.mjs";

const { servers } = serversForTests(3, { emptied: true });

test("jobs of a queue are done once each, on one server", async (t) => {
  const connection = ioredis(t, servers);
  const prefix = "{bull}";
  const done = [];
  const queue = new Queue("mails", { connection, prefix });
  const worker = new Worker(
    "mails",
    async (job) => {
      if (job.name === "failing" && job.attemptsMade === 0) throw new Error("not yet");
      done.push(job.data.number);
      return job.data.number * 2;
    },
    { connection, prefix, concurrency: 10 },
  );
  const events = new QueueEvents("mails", { connection: ioredis(t, servers), prefix });
  t.after(() => Promise.all([worker.close(), queue.close(), events.close()]));
  await events.waitUntilReady();
  await queue.addBulk(Array.from({ length: 200 }, (_, number) => ({ name: "plain", data: { number } })));
  const late = await queue.add("late", { number: 200 }, { delay: 100 });
  const failing = await queue.add("failing", { number: 201 }, { attempts: 2, backoff: 50 });
  const urgent = await queue.add("urgent", { number: 202 }, { priority: 1 });
  for (const [job, number] of [[late, 200], [failing, 201], [urgent, 202]]) {
    assert.equal(await job.waitUntilFinished(events, 10_000), number * 2);
  }
  await waitUntil(() => done.length === 203, "all are done");
  assert.deepEqual(done.toSorted((a, b) => a - b), Array.from({ length: 203 }, (_, number) => number));
  const counts = await queue.getJobCounts("completed", "failed", "waiting", "delayed", "active");
  assert.deepEqual(counts, { completed: 203, failed: 0, waiting: 0, delayed: 0, active: 0 });
  // All of it is where the tag is.
  const home = connection.router.index("{bull}");
  for (const [at, server] of servers.entries()) assert.equal((await server.ask("DBSIZE")) > 0, at === home);
});

test("a flow: a parent waits for its children", async (t) => {
  const connection = ioredis(t, servers);
  const prefix = "{flows}";
  const order = [];
  const worker = new Worker("steps", async (job) => order.push(job.name), { connection, prefix });
  const flow = new FlowProducer({ connection, prefix });
  t.after(() => Promise.all([worker.close(), flow.close()]));
  await flow.add({ name: "parent", queueName: "steps", children: [1, 2, 3].map((at) => ({ name: `child ${at}`, queueName: "steps" })) });
  await waitUntil(() => order.length === 4, "all are done");
  assert.equal(order.at(-1), "parent");
});

test("queues of other tags live on other servers", async (t) => {
  const connection = ioredis(t, servers);
  const [a, b] = [0, 1].map((node) => {
    for (let number = 0; ; number++) if (connection.router.index(`{q${number}}`) === node) return `{q${number}}`;
  });
  for (const prefix of [a, b]) {
    const queue = new Queue("work", { connection, prefix });
    t.after(() => queue.close());
    await queue.add("job", {});
  }
  assert.deepEqual(await Promise.all(servers.map(async (server) => (await server.ask("DBSIZE")) > 0)), [true, true, false]);
});

test("without a tag a queue would lie on several servers: one clear error", async (t) => {
  const connection = ioredis(t, servers);
  const queue = new Queue("mails", { connection });
  t.after(() => queue.close());
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => queue.add("job", {})));
  for (const { reason } of outcomes) {
    assert.equal(reason?.code, "client.nodes");
    assert.match(reason.message, /hash tag/);
  }
});

test("BullMQ refuses a keyPrefix itself", async (t) => {
  const connection = ioredis(t, servers, { options: { keyPrefix: "app:" } });
  assert.throws(() => new Queue("mails", { connection, prefix: "{bull}" }), /prefix/);
});
