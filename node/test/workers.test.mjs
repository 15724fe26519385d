// The engine in several threads of one process, and threads that end while they work.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { HotKeys, Router, commandKeys, engine, slots } from "keyhome";
import { config } from "./support.mjs";

const source = `
  import { parentPort, workerData } from "node:worker_threads";
  import { Health, HotKeys, KeyhomeError, Router, commandKeys, engine, slots } from "keyhome";
  const keys = Array.from({ length: 5000 }, (_, number) => "user:" + number);
  let code;
  for (let round = 0; round < workerData.rounds; round++) {
    const router = Router.fromConfig(workerData.config);
    const health = new Health({ auto_eject_hosts: true, server_failure_limit: 1 }, 10);
    health.report(3, "failure", 1);
    health.update(1);
    const hot = new HotKeys({ capacity: 8 });
    for (const key of keys) hot.record(key.slice(0, 7), 1);
    const objects = { gone: health.gone(), summary: hot.toBytes(), positions: commandKeys(["MGET", ...keys]) };
    const answer = { engine, indexes: router.indexes(keys), slots: slots(keys), ...objects };
    try { router.index("\\ud800"); } catch (error) { code = error instanceof KeyhomeError && error.code; }
    parentPort.postMessage({ ...answer, code });
  }
`;

const keys = Array.from({ length: 5000 }, (_, number) => `user:${number}`);

function start(rounds) {
  const code = source.replace('"keyhome"', JSON.stringify(import.meta.resolve("keyhome")));
  const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  return new Worker(url, { workerData: { rounds, config: config(10) } });
}

test("eight threads answer as this one does", async () => {
  const router = Router.fromConfig(config(10));
  const hot = new HotKeys({ capacity: 8 });
  for (const key of keys) hot.record(key.slice(0, 7), 1);
  const objects = { gone: [3], summary: hot.toBytes(), positions: commandKeys(["MGET", ...keys]) };
  const wanted = { engine, indexes: router.indexes(keys), slots: slots(keys), code: "key.encoding", ...objects };
  const workers = Array.from({ length: 8 }, () => start(5));
  await Promise.all(
    workers.map(async (worker) => {
      let answers = 0;
      worker.on("message", (answer) => {
        assert.deepEqual(answer, wanted);
        answers++;
      });
      await new Promise((resolve, reject) => worker.on("exit", resolve).on("error", reject));
      assert.equal(answers, 5);
    }),
  );
  assert.deepEqual(router.indexes(keys), wanted.indexes);
});

test("threads that are ended while they work", async () => {
  for (let round = 0; round < 10; round++) {
    const worker = start(1_000_000);
    await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    await worker.terminate();
  }
  assert.equal(Router.fromConfig(config(10)).indexes(keys).length, keys.length);
});
