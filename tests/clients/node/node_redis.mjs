// node-redis through the proxy.

import assert from "node:assert/strict";
import { aWhile, bytes, installed, large, many, proxy, refused, run } from "./check.mjs";

const { RESP_TYPES, createClient, defineScript } = installed;
const script = "return redis.call('incrby', KEYS[1], ARGV[1])";
const add = defineScript({
  SCRIPT: script,
  NUMBER_OF_KEYS: 1,
  parseCommand(parser, key, number) {
    parser.pushKey(key);
    parser.push(String(number));
  },
  transformReply: undefined,
});

const options = proxy.protocol === undefined ? {} : { RESP: proxy.protocol };
function open(more = {}) {
  const client = createClient({ socket: { port: proxy.port }, scripts: { add }, ...options, ...more });
  // It ends the program where nobody listens; what was asked for is refused besides.
  client.on("error", () => {});
  return client.connect();
}
const client = await open();
const other = await open();
const inBytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });

run("node-redis", async () => Number(/ resp=(\d)/.exec(await client.sendCommand(["CLIENT", "INFO"]))[1]), {
  async connect() {
    const fresh = await open();
    assert.equal(await fresh.ping(), "PONG");
    assert.equal(await fresh.sendCommand(["QUIT"]), "OK");
    fresh.destroy();
    await (await open()).close();
  },
  async "set and get"() {
    assert.equal(await client.set("a", "1", { EX: 100 }), "OK");
    assert.equal(await client.get("a"), "1");
    assert.equal(await client.get("none"), null);
  },
  async binary() {
    await client.set(bytes, bytes);
    assert.deepEqual(await inBytes.get(bytes), bytes);
  },
  async "mget and mset"() {
    assert.equal(await client.mSet(many.map((key, number) => [key, String(number)])), "OK");
    const values = await client.mGet([...many, "none"]);
    assert.deepEqual(values, [...many.map((_, number) => String(number)), null]);
  },
  async "maps and scores"() {
    await client.hSet("hash", { a: "1", b: "2" });
    assert.deepEqual({ ...(await client.hGetAll("hash")) }, { a: "1", b: "2" });
    await client.zAdd("scores", [
      { score: 1.5, value: "a" },
      { score: 2, value: "b" },
    ]);
    assert.equal(await client.zScore("scores", "a"), 1.5);
  },
  async pipeline() {
    const pipeline = client.multi();
    for (const key of many) pipeline.incr(`p:${key}`).get(key);
    const replies = await pipeline.execAsPipeline();
    assert.deepEqual(
      replies,
      many.flatMap((_, number) => [1, String(number)]),
    );
    // What is asked for in one turn of the loop goes out together.
    const together = await Promise.all(many.map((key) => client.incr(`p:${key}`)));
    assert.deepEqual(together, Array(many.length).fill(2));
  },
  async "unknown command"() {
    const id = await client.clientId();
    assert.match(await refused(client.sendCommand(["NOSUCH", "a"])), /unknown command 'NOSUCH'/);
    assert.equal(await client.get("a"), "1");
    assert.equal(await client.clientId(), id);
  },
  async del() {
    assert.equal(await client.exists(["a", "none", ...many]), 101);
    assert.equal(await client.del(["a", "none", ...many.slice(50)]), 51);
    assert.equal(await client.unlink(many[0]), 1);
    assert.equal(await client.get("a"), null);
  },
  async transaction() {
    await client.watch("{t}a");
    assert.deepEqual(await client.multi().set("{t}a", "1").incr("{t}a").get("{t}b").exec(), ["OK", 2, null]);
    await client.watch("{t}a");
    await other.set("{t}a", "5");
    assert.match(await refused(client.multi().incr("{t}a").exec()), /watched keys has been changed/);
    assert.equal(await client.get("{t}a"), "5");
  },
  async "blocking pop"() {
    assert.equal(await other.blPop("list", 0.1), null);
    const popped = other.blPop("list", 20);
    await aWhile();
    await client.rPush("list", "x");
    assert.deepEqual({ ...(await popped) }, { key: "list", element: "x" });
  },
  async "pub/sub"() {
    const subscriber = await open();
    const heard = [];
    let hear;
    const all = new Promise((resolve) => {
      hear = (message, channel) => heard.push([channel, message]) === 3 && resolve();
    });
    await subscriber.subscribe(["news", "sports"], hear);
    await subscriber.pSubscribe("weather.*", hear);
    for (const channel of ["news", "sports", "weather.today"]) await client.publish(channel, `of ${channel}`);
    await all;
    assert.deepEqual(
      heard.sort(),
      ["news", "sports", "weather.today"].map((channel) => [channel, `of ${channel}`]),
    );
    // By their names: without, node-redis 5 waits for ever where there are several, whatever the server is.
    await subscriber.unsubscribe(["news", "sports"]);
    await subscriber.pUnsubscribe("weather.*");
    assert.equal(await subscriber.get("none"), null);
    subscriber.destroy();
  },
  async scan() {
    await client.mSet(many.map((key) => [`scan:${key}`, ""]));
    const found = new Set();
    for await (const keys of client.scanIterator({ MATCH: "scan:*", COUNT: 7 })) for (const key of keys) found.add(key);
    assert.deepEqual([...found].sort(), many.map((key) => `scan:${key}`).sort());
  },
  async script() {
    await client.scriptFlush();
    assert.match(await refused(client.evalSha("0".repeat(40), { keys: ["s"] })), /^NOSCRIPT/);
    for (const key of many) assert.equal(await client.add(`script:${key}`, 3), 3);
    const digest = await client.scriptLoad(script);
    assert.equal(await client.evalSha(digest, { keys: [`script:${many[7]}`], arguments: ["3"] }), 6);
    assert.equal(await client.eval("return 7"), 7);
  },
  async info() {
    assert.match(await client.info(), /redis_version:/);
    assert.match(await client.info("server"), /redis_version:/);
  },
  async "client commands"() {
    assert.equal(await client.clientSetName("me"), "OK");
    assert.equal(await client.clientGetName(), "me");
    const id = await client.clientId();
    const info = await client.clientInfo();
    assert.deepEqual([info.id, info.name], [id, "me"]);
    assert.match(await client.sendCommand(["CLIENT", "INFO"]), / lib-name=node-redis/);
    const all = await client.clientList();
    assert.equal(all.find((one) => one.id === id)?.name, "me");
    assert.equal(await client.clientNoEvict(true), "OK");
    assert.equal(await client.clientNoTouch(true), "OK");
    await client.select(0);
    assert.equal(await client.echo("hello"), "hello");
  },
  async "1 MB"() {
    await client.set("large", large);
    assert.deepEqual(await inBytes.get("large"), large);
  },
  async password() {
    const known = await open({ socket: { port: proxy.locked }, password: proxy.password });
    await known.set("a", "1");
    assert.equal(await known.get("a"), "1");
    known.destroy();
    for (const password of ["wrong", undefined]) {
      const socket = { port: proxy.locked, reconnectStrategy: false };
      const why = await refused(open({ socket, password }).then((unknown) => unknown.get("a")));
      assert.match(why, /WRONGPASS|NOAUTH|invalid password/);
    }
  },
});
