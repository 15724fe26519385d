// What is let go of is freed: routers, errors, answers. Needs `node --expose-gc`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Router, slot, slots } from "keyhome";
import { config, outcome } from "./support.mjs";

/** Lets finalizers run: they wait for the event loop. */
async function settle() {
  for (let round = 0; round < 4; round++) {
    globalThis.gc();
    await nextTurn();
  }
}

/** Runs `round` until the memory of the process has found its level, then again as often, and gives the growth in MB. */
async function growth(rounds, round) {
  for (let n = 0; n < rounds; n++) {
    round(n);
    if (n % 50 === 49) await settle();
  }
  await settle();
  const before = process.memoryUsage.rss();
  for (let n = 0; n < rounds; n++) {
    round(n);
    if (n % 50 === 49) await settle();
  }
  await settle();
  return (process.memoryUsage.rss() - before) / 2 ** 20;
}

test("the tests can collect garbage", () => assert.equal(typeof globalThis.gc, "function"));

test("routers", async () => {
  const text = config(100); // each ring takes some 150 KB
  const grown = await growth(400, () => {
    const router = Router.fromConfig(text);
    router.index("a");
    router.without(["10.0.0.1:6379"]).index("a");
  });
  console.log(`800 routers of 100 servers: ${grown.toFixed(1)} MB more`);
  assert.ok(grown < 20, `${grown} MB`);
});

test("errors", async () => {
  const ring = Router.fromConfig(config(3));
  const grown = await growth(500, () => {
    for (let n = 0; n < 20; n++) {
      outcome(() => slot(n));
      outcome(() => ring.index("\ud800"));
      outcome(() => ring.indexes(["a", "b", null]));
      outcome(() => ring.without(["nobody"]));
      outcome(() => Router.fromConfig(`a:\n  nonsense: ${n}\n`));
      outcome(() => Router.fromCluster([n]));
    }
  });
  console.log(`60,000 errors: ${grown.toFixed(1)} MB more`);
  assert.ok(grown < 12, `${grown} MB`);
});

test("answers", async () => {
  const ring = Router.fromConfig(config(10));
  const keys = Array.from({ length: 2000 }, (_, number) => `user:${number}:é`.slice(0, 8 + (number % 6)));
  const bytes = Buffer.from("x".repeat(100_000));
  const offsets = Uint32Array.of(0, 50_000, 100_000);
  const grown = await growth(300, () => {
    ring.indexes(keys);
    ring.indexesPacked(bytes, offsets);
    ring.group(keys);
    slots(keys);
    slots([...keys, bytes]);
    ring.explain(keys[5]);
    ring.balance();
    ring.index("x".repeat(70_000));
  });
  console.log(`2,400 batches: ${grown.toFixed(1)} MB more`);
  assert.ok(grown < 15, `${grown} MB`);
});

test("an index function keeps its router alive, and nothing else", async () => {
  let router = Router.fromConfig(config(10));
  const { index } = router;
  const home = index("a");
  const routers = new FinalizationRegistry(() => gone++);
  let gone = 0;
  routers.register(router, undefined);
  router = undefined;
  for (let round = 0; round < 20 && gone === 0; round++) await settle();
  assert.equal(gone, 1);
  assert.equal(index("a"), home);
});
