// The commands of node-redis over three servers.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { KeyhomeError, Router, engine } from "keyhome";
import { SplitError, createShardedClient } from "keyhome/node-redis";
import { Nutcracker, RedisServer, Scratch, yaml } from "../servers/index.mjs";
import { configOf, connected, isVersion6, redis } from "./client.mjs";

const scratch = new Scratch();
let servers;
let config;
before(async () => {
  servers = await RedisServer.startMany(3, scratch);
  config = configOf(servers, { hash: "md5", hash_tag: '"{}"' });
});
after(() => scratch.end());
beforeEach(() => Promise.all(servers.map((server) => server.ask("FLUSHALL"))));

const keys = Array.from({ length: 60 }, (_, number) => `key:${number}`);

test("keys lie where the router and a real nutcracker look for them", async (t) => {
  const client = await connected(t, config);
  const nutcracker = await Nutcracker.start(scratch, config);
  const router = Router.fromConfig(config);
  for (const key of keys) await client.set(key, `of ${key}`);
  for (const key of keys) {
    assert.equal(await servers[router.index(key)].ask("GET", key), `of ${key}`);
    assert.equal(await nutcracker.ask("GET", key), `of ${key}`);
  }
  await nutcracker.ask("SET", "theirs", "é");
  assert.equal(await client.get("theirs"), "é");
  assert.equal(client.router.fingerprint, router.fingerprint);
  assert.equal(await client.nodeOf("theirs").get("theirs"), "é");
  assert.equal(client.nodes().length, 3);
});

test("commands of every kind, in both spellings", async (t) => {
  const client = await connected(t, config);
  assert.equal(await client.SET("a", "1", { expiration: { type: "EX", value: 60 } }), "OK");
  assert.equal(await client.incrBy("a", 4), 5);
  assert.ok((await client.ttl("a")) > 50);
  assert.equal(await client.hSet("h", { a: "1", b: "2" }), 2);
  assert.deepEqual({ ...(await client.hGetAll("h")) }, { a: "1", b: "2" });
  assert.equal(await client.rPush("l", ["a", "b", "c"]), 3);
  assert.deepEqual(await client.lRange("l", 0, -1), ["a", "b", "c"]);
  assert.equal(await client.sAdd("s", ["a", "b"]), 2);
  assert.equal(await client.zAdd("z", [{ score: 1, value: "a" }, { score: 2, value: "b" }]), 2);
  assert.deepEqual(await client.zRangeWithScores("z", 0, 0), [{ value: "a", score: 1 }]);
  const id = await client.xAdd("x", "*", { field: "value" });
  assert.equal((await client.xRange("x", "-", "+"))[0].id, id);
  assert.equal(await client.eval("return redis.call('get', KEYS[1])", { keys: ["a"] }), "5");
  assert.equal(await client.get(Buffer.from("a")), "5");
  assert.equal(await client.ping(), "PONG");
  assert.equal(await client.objectEncoding("a"), "int");
  assert.deepEqual(await client.sendCommand(["GET", "a"]), "5");
  await assert.rejects(client.lPush("a", "x"), /WRONGTYPE/);
  await assert.rejects(client.set("a", {}), TypeError);
});

test("MGET, MSET, DEL, UNLINK, EXISTS, TOUCH are one command a node", async (t) => {
  const client = await connected(t, config);
  await Promise.all(servers.map((server) => server.ask("CONFIG", "RESETSTAT")));
  assert.equal(await client.mSet(Object.fromEntries(keys.map((key) => [key, key]))), "OK");
  assert.deepEqual(await client.mGet([...keys, "none", keys[0]]), [...keys, null, keys[0]]);
  assert.equal(await client.exists([...keys, keys[0], "none"]), 61);
  assert.equal(await client.touch(keys), 60);
  assert.equal(await client.unlink(keys.slice(0, 20)), 20);
  assert.equal(await client.del([...keys, "none"]), 40);
  for (const server of servers) {
    const stats = await server.ask("INFO", "commandstats");
    for (const name of ["mset", "mget", "exists", "touch", "unlink", "del"]) assert.match(stats, new RegExp(`cmdstat_${name}:calls=1,`));
  }
});

test("SCAN finds every key once, and all nodes answer for themselves", async (t) => {
  const client = await connected(t, config);
  for (const key of keys) await client.set(key, "v");
  const found = [];
  for await (const page of client.scanIterator({ COUNT: 7, MATCH: "key:*" })) found.push(...page);
  assert.deepEqual(found.toSorted(), keys.toSorted());
  assert.equal(await client.dbSize(), 60);
  assert.equal((await client.keys("key:1?")).length, 10);
  const info = await client.info("server");
  for (const [at, { address }] of servers.entries()) assert.ok(info.includes(`# redis-${at} ${address}\r\n`));
  assert.equal(await client.flushAll(), "OK");
  assert.equal(await client.dbSize(), 0);
});

test("scripts: loaded everywhere, and sent again where they are not", async (t) => {
  const script = redis.defineScript({
    SCRIPT: "return redis.call('incrby', KEYS[1], ARGV[1])",
    NUMBER_OF_KEYS: 1,
    parseCommand(parser, key, by) {
      parser.pushKey(key);
      parser.push(String(by));
    },
    transformReply: (reply) => reply * 10,
  });
  const createClient = (options) => redis.createClient({ ...options, scripts: { add: script } });
  const client = await connected(t, config, { createClient });
  for (const key of keys.slice(0, 9)) assert.equal(await client.add(key, 2), 20);
  const sha = await client.scriptLoad("return KEYS[1]");
  for (const key of keys.slice(0, 9)) assert.equal(await client.evalSha(sha, { keys: [key] }), key);
  assert.deepEqual(await client.scriptExists(sha), [1]);
});

test("modules, functions, and commands that only node-redis knows", async (t) => {
  const parsed = (name) => ({
    parseCommand(parser, key) {
      parser.push(name);
      parser.pushKey(key);
    },
    transformReply: undefined,
  });
  const library = "#!lua name=mylib\nredis.register_function{function_name='myget', callback=function(keys) return redis.call('GET', keys[1]) end, flags={'no-writes'}}";
  const functions = { mylib: { myget: { NUMBER_OF_KEYS: 1, parseCommand: (parser, key) => parser.pushKey(key), transformReply: (reply) => `${reply}!` } } };
  const modules = { mine: { read: parsed("GET"), odd: parsed("NOSUCH") } };
  const createClient = (options) => redis.createClient({ ...options, modules, functions });
  const client = await connected(t, config, { createClient });
  assert.equal(await client.functionLoad(library, { REPLACE: true }), "mylib");
  for (const key of keys.slice(0, 9)) {
    await client.set(key, key);
    assert.equal(await client.mine.read(key), key);
    assert.equal(await client.readingFrom("replica").mine.read(key), key);
    assert.equal(await client.mylib.myget(key), `${key}!`);
  }
  await assert.rejects(client.mine.odd("a"), /ERR unknown command/);
});

test("a transaction on one node, and the error across", async (t) => {
  const client = await connected(t, config);
  assert.deepEqual(await client.multi().set("{a}1", "1").incr("{a}1").ping().mGet(["{a}1", "{a}2"]).exec(), ["OK", 2, "PONG", ["2", null]]);
  assert.deepEqual(await client.MULTI().ping().exec(), ["PONG"]);
  const across = client.multi();
  for (const key of keys) across.set(key, "v");
  await assert.rejects(across.exec(), { code: "client.nodes" });
  assert.equal(await client.dbSize(), 1);
  await client.watch("{a}1");
  assert.deepEqual(await client.multi().get("{a}1").exec(), ["2"]);
  await client.watch("{a}1");
  await client.set("{a}1", "changed");
  await assert.rejects(client.multi().get("{a}1").exec(), /watch/i);
  const [other] = keys.filter((key) => client.router.index(key) !== client.router.index("{a}1"));
  await client.watch("{a}1");
  await assert.rejects(client.watch(other), { code: "client.nodes", message: /live on different nodes \(\S+, \S+\)/ });
  await assert.rejects(client.multi().get(other).exec(), { code: "client.nodes" });
  await client.unwatch();
  await assert.rejects(client.multi().select(1).exec(), { code: "client.unsupported" });
});

test("WATCH, and a reload that gives the node another place, or takes it away", async (t) => {
  const places = (...all) => yaml(all.map((at) => `${servers[at].address}:1 redis-${at}`), { hash: "md5", hash_tag: '"{}"' });
  const client = await connected(t, config);
  const key = keys.find((key) => client.router.index(key) === 2);
  await assert.rejects(client.watch([]), { code: "command.arguments" });
  await client.watch(key);
  await client.reload(places(2, 0));
  assert.deepEqual(await client.multi().set(key, "1").exec(), ["OK"]);
  await client.watch(key);
  await client.reload(places(0, 1));
  await assert.rejects(client.multi().set(key, "2").exec(), { code: "client.nodes", message: /\(redis-\d, redis-2\)/ });
  await client.reload(places(0, 1, 2));
  await client.watch(key);
  await client.reload(places(0, 1));
  assert.equal(await client.unwatch(), "OK");
  assert.deepEqual(await client.multi().set(key, "3").exec(), ["OK"]);
});

test("splitMulti: a transaction on each node", async (t) => {
  const client = await connected(t, config, { splitMulti: true });
  const multi = client.multi();
  for (const key of keys) multi.set(key, key).get(key);
  assert.deepEqual(await multi.exec(), keys.flatMap((key) => ["OK", key]));
});

test("a pipeline is split by node, its replies in order", async (t) => {
  const client = await connected(t, config);
  const pipeline = client.multi();
  for (const key of keys) pipeline.set(key, key).get(key);
  pipeline.mGet(keys).hGetAll("none");
  const replies = await pipeline.execAsPipeline();
  assert.deepEqual(replies.slice(0, -1), [...keys.flatMap((key) => ["OK", key]), keys]);
  assert.deepEqual({ ...replies.at(-1) }, {});
});

test("type mappings, also of parts that are put together", async (t) => {
  const client = await connected(t, config);
  const bytes = client.withTypeMapping({ [redis.RESP_TYPES.BLOB_STRING]: Buffer });
  await client.mSet({ a: "1", b: "2", c: "3", d: "4" });
  assert.deepEqual(await bytes.mGet(["a", "b", "c", "d"]), ["1", "2", "3", "4"].map((text) => Buffer.from(text)));
  assert.deepEqual(await bytes.get("a"), Buffer.from("1"));
  assert.deepEqual(await client.get("a"), "1");
  const native = client.nodeOf("a").withTypeMapping({ [redis.RESP_TYPES.BLOB_STRING]: Buffer });
  assert.deepEqual(await bytes.multi().get("a").exec(), await native.multi().get("a").exec());
  const found = [];
  for await (const page of bytes.scanIterator()) found.push(...page.map(String));
  assert.deepEqual(found.toSorted(), ["a", "b", "c", "d"]);
  const createClient = (options) => redis.createClient({ ...options, commandOptions: { typeMapping: { [redis.RESP_TYPES.NUMBER]: String } } });
  const texts = await connected(t, config, { createClient });
  assert.equal(await texts.del(["a", "b", "c", "d", "e"]), "4");
});

test("publish and subscribe", async (t) => {
  const client = await connected(t, config);
  const heard = [];
  const listener = (message, channel) => heard.push([channel, message]);
  await client.subscribe(["news", "sport", "weather"], listener);
  await client.pSubscribe("n*", listener);
  for (const channel of ["news", "sport", "weather"]) await client.publish(channel, "hi");
  const until = async (count) => {
    while (heard.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  await until(4);
  assert.deepEqual(heard.toSorted(), [["news", "hi"], ["news", "hi"], ["sport", "hi"], ["weather", "hi"]]);
  assert.equal(await client.set("k", "commands go on"), "OK");
  await client.unsubscribe("news", listener);
  await client.pUnsubscribe();
  assert.equal(await client.publish("news", "again"), 0);
  assert.equal(await client.publish("sport", "again"), 1);
  await until(5);
  await client.unsubscribe();
  assert.equal(await client.publish("sport", "again"), 0);
  await assert.rejects(client.sendCommand(["SUBSCRIBE", "news"]), { code: "client.unsupported" });
});

test("a key prefix is put before keys are placed; version 5 has none", async (t) => {
  const createClient = (options) => redis.createClient({ ...options, keyPrefix: "app:" });
  if (!isVersion6) {
    assert.throws(() => createShardedClient(config, { createClient }), { code: "client.unsupported" });
    return;
  }
  const client = await connected(t, config, { createClient });
  await client.mSet(Object.fromEntries(keys.map((key) => [key, key])));
  const router = Router.fromConfig(config);
  for (const key of keys) assert.equal(await servers[router.index(`app:${key}`)].ask("GET", `app:${key}`), key);
  assert.deepEqual(await client.mGet(keys), keys);
  await client.watch(keys[0]);
  assert.deepEqual(await client.multi().get(keys[0]).exec(), [keys[0]]);
  assert.equal(await client.nodeOf(keys[0]).get(keys[0]), keys[0]);
});

test("counts and hot keys", async (t) => {
  const client = await connected(t, config, { hotKeys: true });
  for (let turn = 0; turn < 10; turn++) await client.get("hot");
  await client.mGet(keys);
  assert.deepEqual(client.hotKeys(1).map(({ key, count }) => [key, count]), [["hot", 10]]);
  const home = client.router.index("hot");
  const stats = client.stats();
  assert.deepEqual(stats.map(({ name, address, state, isReady, errors, queue }) => ({ name, address, state, isReady, errors, queue })), servers.map(({ address }, at) => ({ name: `redis-${at}`, address, state: "live", isReady: true, errors: 0, queue: 0 })));
  assert.equal(stats[home].requests, 11);
  assert.ok(stats.every(({ latency }) => latency > 0));
  const plain = await connected(t, config);
  assert.throws(() => plain.hotKeys(1), { code: "client.unsupported" });
});

test("what has no meaning over several nodes says so", async (t) => {
  const client = await connected(t, config);
  await assert.rejects(client.rename(keys.find((key) => client.router.index(key) === 0), keys.find((key) => client.router.index(key) === 1)), { code: "client.nodes" });
  await assert.rejects(client.sendCommand(["SHUTDOWN"]), { code: "client.unsupported" });
  await assert.rejects(client.sendCommand(["NOSUCH", "a"]), { code: "command.unknown" });
  for (const name of ["select", "monitor", "SELECT", "legacy", "createPool"]) assert.throws(() => client[name](1), { code: "client.unsupported" });
  assert.equal(client.slots, undefined);
  assert.equal(client.masters, undefined);
  assert.equal(client.constructor.name, "ShardedClient");
});

test("a part that fails: which, and what was done", async (t) => {
  const client = await connected(t, config);
  const node = client.router.index(keys[0]);
  await servers[node].ask("CONFIG", "SET", "maxmemory", "1");
  const error = await client.mSet(Object.fromEntries(keys.map((key) => [key, key]))).catch((error) => error);
  await servers[node].ask("CONFIG", "SET", "maxmemory", "0");
  assert.ok(error instanceof SplitError && error instanceof KeyhomeError);
  assert.equal(error.code, "client.split");
  const mine = keys.filter((key) => client.router.index(key) === node);
  assert.deepEqual(error.failures.map(({ node: { name }, keys }) => [name, keys]), [[`redis-${node}`, mine]]);
  assert.match(error.message, /OOM/);
  assert.equal(error.successes.length, 2);
});

test("made, closed, and made again", async (t) => {
  const cases = [
    [() => createShardedClient(config), "argument.type"],
    [() => createShardedClient(config, { createClient: () => ({}) }), "argument.type"],
    [() => createShardedClient(config, { createClient: redis.createClient, maxQueue: 0 }), "argument.range"],
    [() => createShardedClient("{", { createClient: redis.createClient }), "config.syntax"],
    [() => createShardedClient(config, { createClient: redis.createClient, pool: "none" }), "pool.unknown"],
  ];
  for (const [make, code] of cases) assert.throws(make, { code });
  const cluster = JSON.stringify({ pool: { dialect: "redis-cluster", servers: [{ address: "h:1", slots: "0-16383" }] } });
  assert.throws(() => createShardedClient(cluster, { createClient: redis.createClient }), { code: "client.cluster", message: /createCluster/ });
  const early = createShardedClient(config, { createClient: redis.createClient });
  assert.deepEqual([early.isOpen, early.isReady], [false, false]);
  await assert.rejects(early.get("a"), { code: "client.closed" });
  const client = await connected(t, servers.map(({ port }, at) => ({ host: "127.0.0.1", port, name: `redis-${at}` })), { poolOptions: { hash: "md5" } });
  assert.deepEqual([client.isOpen, client.isReady], [true, true]);
  assert.equal(client.router.fingerprint, Router.fromConfig(configOf(servers, { hash: "md5" })).fingerprint);
  await assert.rejects(client.connect(), { code: "client.closed" });
  const copy = client.duplicate();
  await copy.connect();
  const last = copy.set("a", "1");
  await copy.close();
  assert.equal(await last, "OK");
  assert.equal(copy.isOpen, false);
  await assert.rejects(copy.get("a"), { code: "client.closed" });
  assert.equal(await client.quit(), "OK");
  console.log(`engine ${engine}, node-redis ${isVersion6 ? 6 : 5}`);
});
