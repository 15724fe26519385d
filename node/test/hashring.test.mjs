// Where the real npm hashring puts keys, asked live. `KEYHOME_SEED` gives other pools and keys.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { Router } from "keyhome";

const HashRing = createRequire(import.meta.url)("hashring");

const SEED = Number(process.env.KEYHOME_SEED ?? 1);
const KEYS = 2000;
const POOLS = 100;
/** Where the ketama family disagrees with itself: one or the other gives equal servers 39 digests instead of 40. */
const FLEETS = [7, 14, 25, 28, 49, 50, 61, 100];

/** Dice that a seed says all of: mulberry32. */
function diceOf(seed) {
  let state = seed;
  const number = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit) => number() % limit;
  return { number, below, oneOf: (all) => all[below(all.length)] };
}

const equalServers = (count) => Array.from({ length: count }, (_, at) => ({ address: `10.0.1.${at + 1}:11211` }));

/** Servers with and without weights and points of their own, some of them on the default port. */
function someServers(dice) {
  const of = dice.oneOf(["nothing", "weights", "vnodes"]);
  const subnet = dice.below(256);
  return Array.from({ length: 1 + dice.below(30) }, (_, at) => {
    const address = `10.${subnet}.${dice.below(256)}.${at}:${dice.oneOf([11211, 6379, 7000 + at])}`;
    if (of === "weights") return { address, weight: 1 + dice.below(10) };
    return of === "vnodes" && dice.below(2) === 0 ? { address, vnodes: 1 + dice.below(200) } : { address };
  });
}

/** Options as the config names them. */
function someOptions(dice) {
  const options = {};
  if (dice.below(2) === 0) options.vnode_count = dice.oneOf([1, 3, 40, 99, 100]);
  if (dice.below(3) === 0) options.points_per_digest = 1 + dice.below(4);
  if (dice.below(3) === 0) options.default_port = 11211;
  if (dice.below(2) === 0) options.algorithm = dice.oneOf(["md5", "sha1"]);
  return options;
}

/** Texts of any characters, and labels of points, whose hash is a point. */
function someKeys(dice, servers) {
  return Array.from({ length: KEYS }, () => {
    const kind = dice.below(4);
    if (kind === 0) return `${dice.oneOf(servers).address}-${dice.below(50)}`;
    if (kind === 1) return `user:{${dice.below(1e6)}}:${dice.number().toString(16)}`;
    const end = dice.oneOf([0x80, 0x800, 0xd800]);
    const text = Array.from({ length: dice.below(20) }, () => String.fromCharCode(dice.below(end))).join("");
    return kind === 2 ? text : `${text}🔑`;
  });
}

function realRing(servers, options) {
  const given = Object.fromEntries(servers.map(({ address, weight = 1, vnodes }) => [address, { weight, vnodes }]));
  const renamed = { "max cache size": 1 };
  if (options.vnode_count !== undefined) renamed["vnode count"] = options.vnode_count;
  if (options.points_per_digest !== undefined) renamed.replicas = options.points_per_digest;
  if (options.default_port !== undefined) renamed["default port"] = options.default_port;
  return new HashRing(given, options.algorithm, renamed);
}

function compare(router, real, dice, servers, what) {
  const keys = someKeys(dice, servers);
  router.indexes(keys).forEach((index, at) => {
    assert.equal(router.nodes[index].name, real.get(keys[at]), `${JSON.stringify(keys[at])}: ${what}`);
  });
}

test("npm hashring, live", () => {
  const dice = diceOf(SEED);
  const pools = FLEETS.map((count) => [equalServers(count), {}]);
  for (let at = 0; at < POOLS; at++) pools.push([someServers(dice), someOptions(dice)]);
  let compared = 0;
  for (const [servers, options] of pools) {
    const pool = { dialect: "npm-hashring", ...options, servers };
    const what = JSON.stringify(pool);
    const router = Router.fromConfig(JSON.stringify({ pool }));
    const real = realRing(servers, options);
    compare(router, real, dice, servers, what);
    const gone = servers.map(({ address }) => address).filter((_, at) => at > 0 && dice.below(3) === 0);
    for (const address of gone) real.remove(address);
    compare(router.without(gone), real, dice, servers, `${what} without ${gone}`);
    compared += 2;
  }
  console.log(`npm hashring, live: ${compared} rings, ${compared * KEYS} keys (KEYHOME_SEED=${SEED})`);
  assert.equal(compared, 2 * (FLEETS.length + POOLS));
});
