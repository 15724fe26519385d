// ioredis through the proxy.

import assert from "node:assert/strict";
import { aWhile, bytes, installed as Redis, large, many, proxy, refused, run } from "./check.mjs";

const options = proxy.protocol === undefined ? {} : { protocol: proxy.protocol };
const open = (more = {}) => new Redis({ port: proxy.port, ...options, ...more });
const client = open();
const other = open();
const script = "return redis.call('incrby', KEYS[1], ARGV[1])";

run("ioredis", async () => Number(/ resp=(\d)/.exec(await client.client("INFO"))[1]), {
  async connect() {
    const fresh = open();
    assert.equal(await fresh.ping(), "PONG");
    assert.equal(await fresh.quit(), "OK");
  },
  async "set and get"() {
    assert.equal(await client.set("a", "1", "EX", 100), "OK");
    assert.equal(await client.get("a"), "1");
    assert.equal(await client.get("none"), null);
  },
  async binary() {
    await client.set(bytes, bytes);
    assert.deepEqual(await client.getBuffer(bytes), bytes);
  },
  async "mget and mset"() {
    assert.equal(await client.mset(many.flatMap((key, number) => [key, number])), "OK");
    const values = await client.mget([...many, "none"]);
    assert.deepEqual(values, [...many.map((_, number) => String(number)), null]);
  },
  async "maps and scores"() {
    await client.hset("hash", { a: "1", b: "2" });
    assert.deepEqual(await client.hgetall("hash"), { a: "1", b: "2" });
    await client.zadd("scores", 1.5, "a", 2, "b");
    assert.equal(Number(await client.zscore("scores", "a")), 1.5);
  },
  async pipeline() {
    const pipeline = client.pipeline();
    for (const key of many) pipeline.incr(`p:${key}`).get(key);
    const replies = await pipeline.exec();
    assert.deepEqual(
      replies,
      many.flatMap((_, number) => [
        [null, 1],
        [null, String(number)],
      ]),
    );
  },
  async "unknown command"() {
    const id = await client.client("ID");
    assert.match(await refused(client.call("NOSUCH", "a")), /unknown command 'NOSUCH'/);
    assert.equal(await client.get("a"), "1");
    assert.equal(await client.client("ID"), id);
  },
  async del() {
    assert.equal(await client.exists("a", "none", ...many), 101);
    assert.equal(await client.del(["a", "none", ...many.slice(50)]), 51);
    assert.equal(await client.unlink(many[0]), 1);
    assert.equal(await client.get("a"), null);
  },
  async transaction() {
    await client.watch("{t}a");
    assert.deepEqual(await client.multi().set("{t}a", "1").incr("{t}a").get("{t}b").exec(), [
      [null, "OK"],
      [null, 2],
      [null, null],
    ]);
    await client.watch("{t}a");
    await other.set("{t}a", "5");
    assert.equal(await client.multi().incr("{t}a").exec(), null);
    assert.equal(await client.get("{t}a"), "5");
  },
  async "blocking pop"() {
    assert.equal(await other.blpop("list", 0.1), null);
    const popped = other.blpop("list", 20);
    await aWhile();
    await client.rpush("list", "x");
    assert.deepEqual(await popped, ["list", "x"]);
  },
  async "pub/sub"() {
    const subscriber = open();
    assert.equal(await subscriber.subscribe("news", "sports"), 2);
    await subscriber.psubscribe("weather.*");
    const heard = [];
    const all = new Promise((resolve) => {
      const hear = (...message) => heard.push(message) === 3 && resolve();
      subscriber.on("message", hear);
      subscriber.on("pmessage", hear);
    });
    for (const channel of ["news", "sports", "weather.today"]) await client.publish(channel, `of ${channel}`);
    await all;
    assert.deepEqual(heard.sort(), [
      ["news", "of news"],
      ["sports", "of sports"],
      ["weather.*", "weather.today", "of weather.today"],
    ]);
    // By their names: without, ioredis waits for ever where there are several, whatever the server is.
    await subscriber.unsubscribe("news", "sports");
    await subscriber.punsubscribe("weather.*");
    assert.equal(await subscriber.get("none"), null);
    subscriber.disconnect();
  },
  async scan() {
    await client.mset(many.flatMap((key) => [`scan:${key}`, ""]));
    const found = new Set();
    for await (const keys of client.scanStream({ match: "scan:*", count: 7 })) for (const key of keys) found.add(key);
    assert.deepEqual([...found].sort(), many.map((key) => `scan:${key}`).sort());
  },
  async script() {
    await client.script("FLUSH");
    client.defineCommand("add", { numberOfKeys: 1, lua: script });
    assert.match(await refused(client.evalsha("0".repeat(40), 1, "s")), /^NOSCRIPT/);
    for (const key of many) assert.equal(await client.add(`script:${key}`, 3), 3);
    const digest = await client.script("LOAD", script);
    assert.equal(await client.evalsha(digest, 1, `script:${many[7]}`, 3), 6);
    assert.equal(await client.eval("return 7", 0), 7);
  },
  async info() {
    assert.match(await client.info(), /redis_version:/);
    assert.match(await client.info("server"), /redis_version:/);
  },
  async "client commands"() {
    assert.equal(await client.client("SETNAME", "me"), "OK");
    assert.equal(await client.client("GETNAME"), "me");
    const id = await client.client("ID");
    assert.match(await client.client("INFO"), new RegExp(`^id=${id} .* name=me .*lib-name=ioredis`));
    assert.match(await client.client("LIST"), new RegExp(`^id=${id} .* name=me `, "m"));
    assert.equal(await client.client("NO-EVICT", "ON"), "OK");
    assert.equal(await client.select(0), "OK");
    assert.equal(await client.echo("hello"), "hello");
  },
  async "1 MB"() {
    await client.set("large", large);
    assert.deepEqual(await client.getBuffer("large"), large);
  },
  async password() {
    const known = open({ port: proxy.locked, password: proxy.password });
    await known.set("a", "1");
    assert.equal(await known.get("a"), "1");
    known.disconnect();
    for (const password of ["wrong", undefined]) {
      const unknown = open({ port: proxy.locked, password, retryStrategy: null });
      unknown.on("error", () => {});
      await refused(unknown.get("a"));
      unknown.disconnect();
    }
  },
});
