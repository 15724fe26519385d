import { createRequire } from "node:module";
import { RedisServer, Scratch, yaml } from "./test/servers/index.mjs";
const require = createRequire(import.meta.url);
const { ShardedRedis, SplitError } = require("./dist/ioredis.cjs");
const scratch = new Scratch(); const sleep = (ms) => new Promise(r => setTimeout(r, ms));
const servers = await RedisServer.startMany(4, scratch);
const line = (s, i) => `127.0.0.1:${s.port}:1 redis-${i+1}`;
for (const mode of ["remap", "fail", "probe"]) {
  console.log("==", mode);
  const config = yaml(servers.slice(0,3).map(line), { auto_eject_hosts: true, server_failure_limit: 2, server_retry_timeout: 800, timeout: 200, on_failure: mode, hash: "md5" });
  const redis = new ShardedRedis(config); let errs = 0; redis.on("node error", () => errs++);
  for (const e of ["ejected", "returned", "postponed"]) redis.on(e, (n, ev) => console.log("  event", e, n.name, ev.keys_elsewhere ?? ""));
  redis.on("allGone", () => console.log("allgone"));
  await redis.connect();
  const keys = Array.from({length: 300}, (_, i) => "key:" + i); 
  await redis.mset(Object.fromEntries(keys.map(k => [k, k])));
  const round = async (label) => { const t = performance.now(); const r = await Promise.allSettled(keys.map(async k => { const t0 = performance.now(); const n = redis.router.node(k).name; try { return { n, v: await redis.get(k) }; } finally { } })); const codes = {}; for (const x of r) { const c = x.status === "fulfilled" ? (x.value.v === null ? "null" : "ok") : (x.reason.code ?? x.reason.message); codes[c] = (codes[c] ?? 0) + 1; } console.log("  ", label, JSON.stringify(codes), (performance.now() - t).toFixed(0) + "ms"); };
  await round("all up"); servers[1].pause(); await round("paused 1"); await round("paused 2"); await round("paused 3"); await sleep(100); await round("paused 4");
  const other = keys.find(k => redis.router.node(k).name === "redis-1"); const t = performance.now(); await redis.get(other); console.log("   other node's get", (performance.now()-t).toFixed(1));
  servers[1].resume(); await sleep(1500); await round("resumed"); await sleep(1000); await round("resumed 2"); console.log("  ", redis.stats().map(s => [s.name, s.state, s.queue]), errs);
  await servers[1].kill(); await round("killed 1"); await sleep(300); await round("killed 2");
  try { console.log(await redis.del(...keys)) } catch (e) { console.log("  del", e.name, e.code, e.message, e.failures.length, e.successes.length) }
  await servers[1].startAgain(); await sleep(2000); await round("back"); await sleep(900); await round("back 2");
  // reload
  let bad; try { await redis.reload("x: [") } catch (e) { bad = e.code } console.log("   bad reload", bad, redis.nodes().length);
  await redis.mset(Object.fromEntries(keys.map(k => [k, k]))); const before = redis.nodes();
  const during = Promise.allSettled(keys.map(k => redis.get(k)));
  await redis.reload(yaml([servers[0], servers[2], servers[3]].map((s) => line(s, servers.indexOf(s))), { hash: "md5" }));
  console.log("   during", (await during).filter(x => x.value).length, "kept", redis.nodes().filter(n => before.includes(n)).length, "old status", before[1].status);
  await round("after reload"); await redis.quit();
  if (mode === "remap") await servers[1].resume();
}
{ const config = yaml([line(servers[0], 0)], {}); const silent = servers[2]; 
  const redis = new ShardedRedis(yaml([line(servers[0],0), line(servers[2],2)], { hash: "md5" }), { maxQueue: 50 }); await redis.connect(); silent.pause();
  const r = await Promise.race([Promise.allSettled(Array.from({length: 300}, (_, i) => redis.get("k" + i))), sleep(300)]); 
  console.log("queue", redis.stats().map(s => [s.name, s.queue])); silent.resume(); redis.disconnect(); }
await scratch.end();
