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

/**
 * How many MB the process grows by over so many rounds. Of some such stretches the best counts: a leak grows in each, the
 * allocators of V8 and of the system take what they like in some.
 */
async function growth(rounds, round) {
  const stretch = async () => {
    const before = process.memoryUsage.rss();
    for (let n = 0; n < rounds; n++) {
      round(n);
      if (n % 50 === 49) await settle();
    }
    await settle();
    return (process.memoryUsage.rss() - before) / 2 ** 20;
  };
  await stretch();
  let least = await stretch();
  for (let more = 0; more < 4 && least > 2; more++) least = Math.min(least, await stretch());
  return least;
}

test("the tests can collect garbage", () => assert.equal(typeof globalThis.gc, "function"));

test("routers", async () => {
  const text = config(100); // each ring takes some 150 KB
  const grown = await growth(200, () => {
    const router = Router.fromConfig(text);
    router.index("a");
    router.without(["10.0.0.1:6379"]).index("a");
  });
  console.log(`400 routers of 100 servers: ${grown.toFixed(1)} MB more`);
  assert.ok(grown < 10, `${grown} MB`);
});

test("errors", async () => {
  const ring = Router.fromConfig(config(3));
  const grown = await growth(250, () => {
    for (let n = 0; n < 20; n++) {
      outcome(() => slot(n));
      outcome(() => ring.index("\ud800"));
      outcome(() => ring.indexes(["a", "b", null]));
      outcome(() => ring.without(["nobody"]));
      outcome(() => Router.fromConfig(`a:\n  nonsense: ${n}\n`));
      outcome(() => Router.fromCluster([n]));
    }
  });
  console.log(`30,000 errors: ${grown.toFixed(1)} MB more`);
  assert.ok(grown < 6, `${grown} MB`);
});

test("answers", async () => {
  const ring = Router.fromConfig(config(10));
  const keys = Array.from({ length: 2000 }, (_, number) => `user:${number}:é`.slice(0, 8 + (number % 6)));
  const bytes = Buffer.from("x".repeat(100_000));
  const offsets = Uint32Array.of(0, 50_000, 100_000);
  const grown = await growth(150, () => {
    ring.indexes(keys);
    ring.indexesPacked(bytes, offsets);
    ring.group(keys);
    slots(keys);
    slots([...keys, bytes]);
    ring.explain(keys[5]);
    ring.balance();
    ring.index("x".repeat(70_000));
  });
  console.log(`1,200 batches: ${grown.toFixed(1)} MB more`);
  assert.ok(grown < 8, `${grown} MB`);
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
