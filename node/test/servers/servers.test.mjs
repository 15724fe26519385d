// The servers of the tests are what they say, and are gone when they are to be.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import { Router } from "keyhome";
import { Nutcracker, RedisCluster, RedisServer, Scratch, SilentServer, ask, waitUntil, yaml } from "./index.mjs";

const scratch = new Scratch();
after(() => scratch.end());

test("a server that is killed, and started again on its port", async () => {
  const redis = await RedisServer.start(scratch);
  assert.equal(await redis.ask("SET", "k", "é"), "OK");
  assert.equal(await redis.ask("GET", "k"), "é");
  await redis.kill();
  await assert.rejects(redis.ask("GET", "k"), { code: "ECONNREFUSED" });
  await redis.startAgain();
  assert.equal(await redis.ask("GET", "k"), null);
});

test("a server that hangs", async () => {
  const redis = await RedisServer.start(scratch);
  redis.pause();
  let answered = false;
  const answer = redis.ask("PING").then(() => (answered = true));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(answered, false);
  redis.resume();
  assert.equal(await answer, true);
});

test("a replica has what its primary has", async () => {
  const redis = await RedisServer.start(scratch);
  await redis.ask("SET", "k", "v");
  const replica = await redis.startReplica();
  assert.equal(await replica.ask("GET", "k"), "v");
  await assert.rejects(replica.ask("SET", "k", "w"), /READONLY/);
});

test("a cluster with replicas", async () => {
  const cluster = await RedisCluster.start(scratch, { primaries: 2, replicas: 1 });
  const router = Router.fromCluster(await cluster.primaries[0].ask("CLUSTER", "NODES"));
  assert.deepEqual(router.nodes.map(({ address }) => address), cluster.primaries.map(({ address }) => address));
  assert.deepEqual(router.nodes.map(({ replicas }) => replicas[0].address), cluster.replicas.map(([{ address }]) => address));
  const home = cluster.primaries[router.index("k")];
  await home.ask("SET", "k", "v");
  assert.equal(await home.ask("GET", "k"), "v");
});

test("a nutcracker in front of two servers", async () => {
  const servers = await RedisServer.startMany(2, scratch);
  const config = yaml(servers.map(({ address }, number) => `${address}:1 redis-${number}`), { hash: "md5" });
  const nutcracker = await Nutcracker.start(scratch, config);
  const router = Router.fromConfig(config);
  for (let number = 0; number < 20; number++) {
    await nutcracker.ask("SET", `key:${number}`, number);
    assert.equal(await servers[router.index(`key:${number}`)].ask("GET", `key:${number}`), String(number));
  }
});

test("a server that accepts and never answers", async () => {
  const silent = await SilentServer.start(scratch);
  const answer = ask(silent.port, "PING");
  await waitUntil(() => silent.received > 0, "it has been asked");
  assert.equal(silent.connections, 1);
  await Promise.all([assert.rejects(answer, /closed the connection/), silent.end()]);
});

test("a program that is not installed is named, and one that ends shows its log", async () => {
  await assert.rejects(scratch.spawn("no-such-server", [], scratch.path), /no-such-server is not installed/);
  await assert.rejects(RedisServer.start(scratch, "--no-such-option", "1"), /ended with 1\n.*no-such-option/s);
});

test("nothing is left, even of an owner that is killed", async () => {
  const program = `
    import { RedisServer, Scratch } from ${JSON.stringify(new URL("index.mjs", import.meta.url).href)};
    const scratch = new Scratch();
    const redis = await RedisServer.start(scratch);
    console.log(JSON.stringify({ path: scratch.path, port: redis.port, paused: redis.pause() }));
    process.kill(process.pid, "SIGKILL");`;
  let printed;
  try {
    execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
  } catch (error) {
    printed = error.stdout;
  }
  const { path, port } = JSON.parse(printed);
  await waitUntil(() => !existsSync(path), "the folder is gone");
  await waitUntil(() => ask(port, "PING").then(() => false, (error) => error.code === "ECONNREFUSED"), "the server is gone");
});

test("an end kills what runs", async () => {
  const own = new Scratch();
  const redis = await RedisServer.start(own);
  const id = /process_id:(\d+)/.exec(await redis.ask("INFO", "server"))[1];
  await own.end();
  assert.equal(existsSync(own.path), false);
  const isAlive = () => existsSync(`/proc/${id}/stat`) && !readFileSync(`/proc/${id}/stat`, "utf8").includes(") Z ");
  await waitUntil(() => !isAlive(), "the server is gone");
});
