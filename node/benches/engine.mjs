// The ratios of the engine that `KEYHOME_ENGINE` names.

import clusterKeySlot from "cluster-key-slot";
import HashRing from "hashring";
import { Router, engine, slot, slots, slotsPacked } from "keyhome";
import { SERVERS, config, makeKeys, pack } from "./keys.mjs";
import { each, paired } from "./paired.mjs";
import { REQUEST_ROWS } from "./requests.mjs";

// More than hashring's cache of 5,000 answers holds: every key is a new one to it, as in a large keyspace.
const keys = makeKeys(20_000);
const few = keys.slice(0, 10_000);
const [bytes, offsets] = pack(few);
const buffers = keys.map((key) => Buffer.from(key));

const fnv = Router.fromConfig(config("fnv1a_64"));
const md5 = Router.fromConfig(config("md5"));
const hashring = new HashRing(SERVERS);
const uncached = new HashRing(SERVERS, "md5", { "max cache size": 1 });
const lengthOf = (ring) => (key) => ring.get(key).length;

const theirSlots = each(clusterKeySlot, keys);
const theirFewSlots = () => few.map((key) => clusterKeySlot(key));
const theirHomes = each(lengthOf(hashring), keys);
const theirFewHomes = () => few.map((key) => hashring.get(key));

/** What, beside what, and the ratio to reach: native, wasm. */
const ROWS = [
  ["slot(key)", "cluster-key-slot", [2.5, 2], each(slot, keys), theirSlots],
  ["slot(buffer)", "cluster-key-slot", [], each(slot, buffers), theirSlots],
  ["index(key), fnv1a_64", "hashring", [20, 12], each(fnv.index, keys), theirHomes],
  ["index(key), fnv1a_64", "hashring, no cache", [], each(fnv.index, keys), each(lengthOf(uncached), keys)],
  ["node(key), fnv1a_64", "hashring", [], each((key) => fnv.node(key).weight, keys), theirHomes],
  ["index(key), md5", "hashring", [9, 7], each(md5.index, keys), theirHomes],
  ["index(key), md5", "hashring, no cache", [], each(md5.index, keys), each(lengthOf(uncached), keys)],
  ["slots(10k strings)", "cluster-key-slot, map", [], () => slots(few), theirFewSlots],
  ["indexes(10k strings)", "hashring, map", [], () => fnv.indexes(few), theirFewHomes],
  ["slotsPacked(10k)", "cluster-key-slot, map", [10], () => slotsPacked(bytes, offsets), theirFewSlots],
  ["indexesPacked(10k)", "hashring, map", [25], () => fnv.indexesPacked(bytes, offsets), theirFewHomes],
  ["indexesPacked(10k), md5", "hashring, map", [], () => md5.indexesPacked(bytes, offsets), theirFewHomes],
  ...REQUEST_ROWS,
];

const rows = ROWS.map(([what, beside, wanted, ours, theirs]) => {
  const items = /10k/.test(what) ? few.length : keys.length;
  return { what, beside, wanted: wanted[engine === "native" ? 0 : 1], ...paired(ours, theirs, items) };
});
process.stdout.write(JSON.stringify({ engine, rows }));
