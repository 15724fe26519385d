// The tarballs in an empty project, and a few lines: a web application whose sessions lie on three servers, one of which dies.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, test } from "node:test";
import { Browser } from "../test/ecosystem/session-app.mjs";
import { RedisServer, Scratch, waitUntil, yaml } from "../test/servers/index.mjs";
import { Project, addon, main } from "./projects.mjs";

const project = new Project({ type: "module" }).install("npm", [main, addon]);
for (const [name, dependency] of Object.entries({
  ioredis: "ioredis",
  express: "express",
  "express-session": "express-session",
  "connect-redis": "connect-redis-7",
})) {
  project.link(name, dependency);
}
after(() => project.remove());
const scratch = new Scratch();
after(() => scratch.end());

const APP = `
import { readFileSync } from "node:fs";
import RedisStore from "connect-redis";
import express from "express";
import session from "express-session";
import { ShardedRedis } from "keyhome/ioredis";

const client = new ShardedRedis(readFileSync("nutcracker.yml", "utf8"));
const app = express();
app.use(session({ store: new RedisStore({ client }), secret: "secret", resave: false, saveUninitialized: false }));
app.post("/login/:name", (request, response) => {
  request.session.name = request.params.name;
  response.sendStatus(204);
});
app.get("/visit", (request, response) => {
  if (request.session.name === undefined) return response.sendStatus(401);
  request.session.visits = (request.session.visits ?? 0) + 1;
  response.json({ name: request.session.name, visits: request.session.visits });
});
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

test("sessions on three servers survive one that dies", async (t) => {
  const servers = await RedisServer.startMany(3, scratch);
  const rules = { auto_eject_hosts: true, server_failure_limit: 1, server_retry_timeout: 60_000, timeout: 5000 };
  project.write("nutcracker.yml", yaml(servers.map(({ address }, at) => `${address}:1 node-${at}`), rules));
  project.write("app.mjs", APP);
  // Express prints the errors of requests unless it is told that this is a test.
  const env = { ...process.env, NODE_ENV: "test" };
  const app = spawn(process.execPath, ["app.mjs"], { cwd: project.folder, env, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => app.kill());
  const [port] = await once(app.stdout, "data");
  const people = Array.from({ length: 60 }, () => new Browser(`http://127.0.0.1:${Number(port)}`));
  await Promise.all(people.map((person, at) => person.login(`user ${at}`)));
  const seen = await Promise.all(people.map((person) => person.visit()));
  assert.deepEqual(seen.map(({ body }) => body), people.map((_, at) => ({ name: `user ${at}`, visits: 1 })));
  const kept = await Promise.all(servers.map((server) => server.ask("DBSIZE")));
  assert.ok(kept.every((sessions) => sessions > 0), `${kept}`);

  await servers[0].kill();
  const visits = () => Promise.all(people.map((person) => person.visit()));
  await waitUntil(async () => (await visits()).every(({ status }) => status === 200 || status === 401), "all are served");
  const after = await visits();
  assert.equal(after.filter(({ status }) => status === 200).length, kept[1] + kept[2], "who is not on the dead server stays");
  await Promise.all(people.map((person, at) => person.login(`again ${at}`)));
  assert.ok((await visits()).every(({ status, body }) => status === 200 && body.name.startsWith("again")));
});
