// Pub/sub: a channel lives on the node that owns its name, patterns on all nodes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { serversForTests } from "../servers/for-tests.mjs";
import { RedisServer, waitUntil } from "../servers/index.mjs";
import { configOf, keyOn, keysOf, once, plain, sharded } from "./support.mjs";

const { scratch, servers } = serversForTests(3);

/** Collects what comes with an event. */
function heard(redis, event) {
  const all = [];
  redis.on(event, (...args) => all.push(args));
  return all;
}

test("messages of channels on all nodes", async (t) => {
  const [subscriber, publisher] = [sharded(t, servers), sharded(t, servers)];
  const messages = heard(subscriber, "message");
  const channels = keysOf(publisher, 30, { prefix: "channel:" });
  assert.equal(await subscriber.subscribe(...channels), 30);
  for (const channel of channels) assert.equal(await publisher.publish(channel, `to ${channel}`), 1);
  await waitUntil(() => messages.length >= 30, "all are heard");
  assert.deepEqual(messages.toSorted(), channels.map((channel) => [channel, `to ${channel}`]).toSorted());
  // Each on its node, and on no other.
  for (const [node, server] of servers.entries()) {
    const there = (await server.ask("PUBSUB", "CHANNELS")).toSorted();
    assert.deepEqual(there, channels.filter((channel) => publisher.router.index(channel) === node).toSorted());
  }
  assert.deepEqual((await publisher.pubsub("CHANNELS", "channel:*")).toSorted(), channels.toSorted());
});

test("messages of one channel come in order, once", async (t) => {
  const [subscriber, publisher] = [sharded(t, servers), sharded(t, servers)];
  const messages = heard(subscriber, "message");
  await subscriber.subscribe("news");
  await Promise.all(Array.from({ length: 1000 }, (_, at) => publisher.publish("news", at)));
  await waitUntil(() => messages.length >= 1000, "all are heard");
  assert.deepEqual(messages, Array.from({ length: 1000 }, (_, at) => ["news", String(at)]));
});

test("patterns hear what is published on any node, once", async (t) => {
  const [subscriber, publisher] = [sharded(t, servers), sharded(t, servers)];
  const messages = heard(subscriber, "pmessage");
  const channels = keysOf(publisher, 30, { prefix: "p:" });
  assert.equal(await subscriber.psubscribe("p:*", "nothing:*"), 2);
  for (const channel of channels) await publisher.publish(channel, "x");
  await publisher.publish("q:1", "x");
  await waitUntil(() => messages.length >= 30, "all are heard");
  assert.deepEqual(messages.toSorted(), channels.map((channel) => ["p:*", channel, "x"]).toSorted());
});

test("Buffers, sharded channels, keys with a prefix", async (t) => {
  const [subscriber, publisher] = [sharded(t, servers), sharded(t, servers)];
  const [buffers, sharding] = [heard(subscriber, "messageBuffer"), heard(subscriber, "smessage")];
  await subscriber.subscribe("bytes");
  await subscriber.ssubscribe("shard");
  assert.equal(await publisher.publish("bytes", Buffer.from([255, 0])), 1);
  assert.equal(await publisher.spublish("shard", "x"), 1);
  await waitUntil(() => buffers.length > 0 && sharding.length > 0, "both are heard");
  assert.deepEqual(buffers, [[Buffer.from("bytes"), Buffer.from([255, 0])]]);
  assert.deepEqual(sharding, [["shard", "x"]]);
  // As in ioredis, a keyPrefix is put before channels too.
  const [one, other] = [sharded(t, servers, { keyPrefix: "app:" }), sharded(t, servers, { keyPrefix: "app:" })];
  const [theirs, ours] = [plain(t, servers[0], { keyPrefix: "app:" }), heard(one, "message")];
  const byIoredis = heard(theirs, "message");
  await Promise.all([one.subscribe("c"), theirs.subscribe("c")]);
  await other.publish("c", "x");
  await plain(t, servers[0], { keyPrefix: "app:" }).publish("c", "x");
  await waitUntil(() => ours.length > 0 && byIoredis.length > 0, "both are heard");
  assert.deepEqual(ours, byIoredis);
});

test("unsubscribe, and what is counted", async (t) => {
  const [subscriber, publisher] = [sharded(t, servers), sharded(t, servers)];
  const messages = heard(subscriber, "message");
  const [a, b, c] = [0, 1, 2].map((node) => keyOn(publisher, node, "u:"));
  assert.equal(await subscriber.subscribe(a, b, c), 3);
  assert.equal(await subscriber.psubscribe("u:*"), 4);
  assert.equal(await subscriber.unsubscribe(b), 3);
  assert.equal(await publisher.publish(b, "x"), 1, "the pattern is left");
  assert.equal(await subscriber.unsubscribe(), 1);
  assert.equal(await subscriber.punsubscribe(), 0);
  assert.deepEqual(await Promise.all([a, b, c].map((channel) => publisher.publish(channel, "x"))), [0, 0, 0]);
  assert.deepEqual(messages, []);
});

test("a client that has subscribed goes on with commands", async (t) => {
  const redis = sharded(t, servers);
  const messages = heard(redis, "message");
  await redis.subscribe("news");
  assert.equal(await redis.set("k", "v"), "OK");
  assert.equal(await redis.get("k"), "v");
  assert.equal(await redis.publish("news", "x"), 1);
  await waitUntil(() => messages.length > 0, "it is heard");
});

test("a node that dies and comes back is subscribed to again", async (t) => {
  const own = await RedisServer.startMany(2, scratch);
  const [subscriber, publisher] = [sharded(t, own), sharded(t, own)];
  const messages = heard(subscriber, "message");
  const [here, there] = [keyOn(publisher, 0, "d:"), keyOn(publisher, 1, "d:")];
  await subscriber.subscribe(here, there);
  await own[1].kill();
  assert.equal(await publisher.publish(here, "meanwhile"), 1);
  await own[1].startAgain();
  await waitUntil(async () => (await own[1].ask("PUBSUB", "NUMSUB", there))[1] === 1, "it is subscribed");
  await publisher.publish(there, "again");
  await waitUntil(() => messages.length >= 2, "both are heard");
  assert.deepEqual(messages, [[here, "meanwhile"], [there, "again"]]);
});

test("after a reload channels are heard where they live now", async (t) => {
  const [subscriber, publisher] = [sharded(t, servers.slice(0, 2)), sharded(t, servers)];
  const messages = heard(subscriber, "message");
  const channels = keysOf(publisher, 30, { prefix: "r:" });
  await subscriber.subscribe(...channels);
  await subscriber.psubscribe("r:*");
  const patterns = heard(subscriber, "pmessage");
  await subscriber.reload(configOf(servers));
  await waitUntil(async () => (await publisher.pubsub("CHANNELS", "r:*")).length === 30, "all moved");
  const patternsOf = () => Promise.all(servers.map((server) => server.ask("PUBSUB", "NUMPAT")));
  await waitUntil(async () => (await patternsOf()).every((count) => count === 1), "the pattern is everywhere");
  for (const channel of channels) await publisher.publish(channel, "x");
  await waitUntil(() => messages.length >= 30 && patterns.length >= 30, "all are heard");
  assert.deepEqual(messages.toSorted(), channels.map((channel) => [channel, "x"]).toSorted());
  assert.equal(patterns.length, 30);
});

test("nobody stays connected to a server that a reload has left out", async (t) => {
  const own = await RedisServer.startMany(2, scratch);
  const redis = sharded(t, own);
  await redis.subscribe(...keysOf(redis, 10, { prefix: "left:" }));
  await redis.psubscribe("left:*");
  await redis.reload(configOf(own.slice(0, 1)));
  await waitUntil(async () => (await own[1].ask("INFO", "clients")).includes("connected_clients:1\r\n"), "all have left");
});

test("an error within a listener is its own", async (t) => {
  const redis = sharded(t, servers);
  const got = once(redis, "message");
  await redis.subscribe("one");
  await redis.publish("one", "x");
  assert.deepEqual(await got, ["one", "x"]);
});

test("commands at once are counted in the order in which they were given, whichever node is first", async (t) => {
  const redis = sharded(t, servers);
  const given = [redis.subscribe("a", "b"), redis.subscribe("a", "c", "d"), redis.psubscribe("x*"), redis.unsubscribe("a", "d"), redis.subscribe("e")];
  assert.deepEqual(await Promise.all(given), [2, 4, 5, 3, 4]);
});
