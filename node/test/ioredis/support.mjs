// What the tests of ShardedRedis share. `KEYHOME_IOREDIS` says over which major of ioredis it runs, `KEYHOME_ENGINE` with
// which engine.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { ShardedRedis } from "keyhome/ioredis";
import { yaml } from "../servers/index.mjs";

/** The ioredis that the package uses: by `require`, for which `which-ioredis.mjs` chooses. */
export const Redis = createRequire(import.meta.url)("ioredis");

/** The config of a pool of servers: md5 spreads short keys evenly over few servers. */
export function configOf(servers, settings = {}) {
  return yaml(servers.map(({ address }, number) => `${address}:1 node-${number}`), { hash: "md5", hash_tag: '"{}"', ...settings });
}

/** A client of a pool of servers, closed at the end of a test. */
export function sharded(t, servers, options = {}, settings = {}) {
  return closed(t, new ShardedRedis(configOf(servers, settings), options));
}

/** A plain client of one server, closed at the end of a test. */
export function plain(t, server, options = {}) {
  return closed(t, new Redis(server.port, "127.0.0.1", options));
}

/** Has a client closed at the end of a test, however it ends. */
export function closed(t, client) {
  t.after(() => client.disconnect());
  return client;
}

/** `count` keys, among them at least `atLeast` of every node. */
export function keysOf(redis, count, { prefix = "key:", atLeast = 1 } = {}) {
  const keys = Array.from({ length: count }, (_, number) => `${prefix}${number}`);
  const homes = redis.router.group(keys);
  for (let node = 0; node < redis.nodes().length; node++) {
    assert.ok((homes.get(node)?.length ?? 0) >= atLeast, `of ${count} keys, node ${node} has ${homes.get(node)?.length ?? 0}`);
  }
  return keys;
}

/** A key of a node: the first of `prefix` and a number that lives there. */
export function keyOn(redis, node, prefix = "on:") {
  for (let number = 0; number < 10_000; number++) {
    if (redis.router.index(`${prefix}${number}`) === node) return `${prefix}${number}`;
  }
  throw new Error(`no key of ${prefix} lives on node ${node}`);
}

/** The next event of this name: its arguments. */
export function once(emitter, event, limit = 10_000) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${event} within ${limit} ms`)), limit);
    emitter.once(event, (...args) => {
      clearTimeout(timer);
      resolve(args);
    });
  });
}

/** Empties servers. */
export function flush(servers) {
  return Promise.all(servers.map((server) => server.ask("FLUSHALL")));
}

/** A promise that must be kept within a time, in milliseconds: what hangs fails. */
export function within(limit, promise, what = "this") {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} takes more than ${limit} ms`)), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
