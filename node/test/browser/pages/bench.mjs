// Ratios in a page: keyhome beside what a bundle would have instead, in turn, in one page.

import clusterKeySlot from "cluster-key-slot";
import HashRing from "hashring";
import { Router, init, slot } from "keyhome";
import { slot as alone } from "keyhome/slot";
import { SERVERS, config, makeKeys } from "./keys.mjs";

const start = performance.now();
await init();
const ready = performance.now() - start;

// More than hashring's cache of 5,000 answers holds.
const keys = makeKeys(20_000);
// hashring has the same keys for itself: it uses them as names of properties, and V8 then leaves in the place of each
// text a reference to another, which is slower to read for everybody.
const hashringKeys = makeKeys(20_000);
const hashring = new HashRing(SERVERS);
const fnv = Router.fromConfig(config("fnv1a_64")).index;
const md5 = Router.fromConfig(config("md5")).index;

// A loop of its own for each: one that several functions share is slower for all of them.
const loops = {
  slot() {
    let sum = 0;
    for (let i = 0; i < keys.length; i++) sum += slot(keys[i]);
    return sum;
  },
  alone() {
    let sum = 0;
    for (let i = 0; i < keys.length; i++) sum += alone(keys[i]);
    return sum;
  },
  clusterKeySlot() {
    let sum = 0;
    for (let i = 0; i < keys.length; i++) sum += clusterKeySlot(keys[i]);
    return sum;
  },
  fnv() {
    let sum = 0;
    for (let i = 0; i < keys.length; i++) sum += fnv(keys[i]);
    return sum;
  },
  md5() {
    let sum = 0;
    for (let i = 0; i < keys.length; i++) sum += md5(keys[i]);
    return sum;
  },
  hashring() {
    let sum = 0;
    for (let i = 0; i < hashringKeys.length; i++) sum += hashring.get(hashringKeys[i]).length;
    return sum;
  },
};

// The clock of a page ticks ten times a millisecond; one pass takes little more than one.
const PASSES = 5;

const times = Object.fromEntries(Object.keys(loops).map((name) => [name, []]));
for (let round = 0; round < 36; round++) {
  for (const [name, loop] of Object.entries(loops)) {
    const start = performance.now();
    for (let pass = 0; pass < PASSES; pass++) loop();
    if (round >= 5) times[name].push((performance.now() - start) / PASSES);
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

function row(what, ours, theirs, wanted) {
  const ratio = median(times[ours].map((time, round) => times[theirs][round] / time));
  const [a, b] = [ours, theirs].map((name) => (median(times[name]) * 1e6) / keys.length);
  return { what, beside: theirs, ours: a, theirs: b, ratio, wanted };
}

globalThis.result = {
  ready,
  rows: [
    row("slot(key)", "slot", "clusterKeySlot", 2),
    row("slot(key), keyhome/slot", "alone", "clusterKeySlot", 2),
    row("index(key), fnv1a_64", "fnv", "hashring", 12),
    row("index(key), md5", "md5", "hashring"),
  ],
};
