// Rate limiters on three servers: rate-limiter-flexible, and rate-limit-redis in an express application.

import assert from "node:assert/strict";
import { test } from "node:test";
import express from "express";
import { rateLimit } from "express-rate-limit";
import { RedisStore } from "rate-limit-redis";
import { RateLimiterRedis } from "rate-limiter-flexible";
import { serversForTests } from "../servers/for-tests.mjs";
import { ioredis, nodeRedis } from "./clients.mjs";

const { servers } = serversForTests(3, { emptied: true });

const CLIENTS = {
  "over ShardedRedis": async (t) => {
    const client = ioredis(t, servers);
    return { client, send: (...words) => client.call(...words) };
  },
  "over the client in node-redis's shape": async (t) => {
    const client = await nodeRedis(t, servers);
    return { client, send: (...words) => client.sendCommand(words), useRedisPackage: true };
  },
};

for (const [name, connect] of Object.entries(CLIENTS)) {
  test(`rate-limiter-flexible ${name}`, async (t) => {
    const { client, useRedisPackage } = await connect(t);
    const limiter = new RateLimiterRedis({ storeClient: client, useRedisPackage, points: 5, duration: 60, blockDuration: 30 });
    const people = Array.from({ length: 30 }, (_, number) => `10.0.0.${number}`);
    for (let left = 4; left >= 0; left--) {
      const gone = await Promise.all(people.map((person) => limiter.consume(person)));
      assert.deepEqual(new Set(gone.map(({ remainingPoints }) => remainingPoints)), new Set([left]));
    }
    for (const person of people) {
      await assert.rejects(limiter.consume(person), ({ remainingPoints, msBeforeNext }) => remainingPoints === 0 && msBeforeNext > 20_000);
    }
    assert.equal((await limiter.get(people[3])).consumedPoints, 6);
    assert.equal(await limiter.delete(people[3]), true);
    assert.equal((await limiter.consume(people[3])).remainingPoints, 4);
    assert.equal((await limiter.penalty(people[3], 2)).consumedPoints, 3);
    assert.equal((await limiter.reward(people[3])).consumedPoints, 2);
    await limiter.block(people[4], 10);
    await assert.rejects(limiter.consume(people[4]));
    assert.equal(await limiter.get("nobody"), null);
    for (const server of servers) assert.ok((await server.ask("DBSIZE")) > 0, "all servers have some");
  });

  test(`rate-limit-redis ${name}`, async (t) => {
    const { send } = await connect(t);
    const store = new RedisStore({ sendCommand: send });
    const app = express();
    app.set("trust proxy", 1);
    const skipped = { xForwardedForHeader: false, trustProxy: false };
    app.use(rateLimit({ windowMs: 60_000, limit: 3, standardHeaders: true, legacyHeaders: false, store, validate: skipped }));
    app.get("/", (_, response) => response.send("served"));
    const server = await new Promise((resolve) => {
      const listening = app.listen(0, "127.0.0.1", () => resolve(listening));
    });
    t.after(() => server.close());
    t.after(() => server.closeAllConnections());
    const visit = async (address) => {
      const headers = { "x-forwarded-for": address };
      const response = await fetch(`http://127.0.0.1:${server.address().port}/`, { headers });
      return [response.status, response.headers.get("ratelimit-remaining")];
    };
    const people = Array.from({ length: 20 }, (_, number) => `10.1.0.${number}`);
    for (const left of ["2", "1", "0"]) {
      assert.deepEqual(await Promise.all(people.map(visit)), people.map(() => [200, left]));
    }
    assert.deepEqual(await Promise.all(people.map(visit)), people.map(() => [429, "0"]));
    // Servers that forget scripts, as after a restart, are sent them again.
    for (const server of servers) await server.ask("SCRIPT", "FLUSH");
    assert.deepEqual(await visit("10.2.0.1"), [200, "2"]);
    await store.resetKey("10.1.0.5");
    assert.deepEqual(await visit("10.1.0.5"), [200, "2"]);
    for (const each of servers) assert.ok((await each.ask("DBSIZE")) > 0, "all servers have some");
  });
}
