// sessions.mjs, as browsers see it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask } from "../../node/test/servers/ask.mjs";
import { sameOutput } from "./output.mjs";
import { Pool } from "./pool.mjs";

let pool;
before(async () => ({ pool } = await Pool.start("start")));
after(() => pool?.end());

/** Starts the application, and waits until it has said where it is. */
async function served() {
  const application = pool.spawn("sessions.mjs");
  let errors = "";
  application.stderr.setEncoding("utf8").on("data", (text) => (errors += text));
  const ended = new Promise((resolve) => application.once("exit", resolve));
  const said = new Promise((resolve) => application.stdout.setEncoding("utf8").once("data", resolve));
  const first = await Promise.race([said, ended.then((code) => Promise.reject(new Error(`it ended with ${code}\n${errors}`)))]);
  return { first, application, ended };
}

/** A visit, with the cookie of the one before. */
async function visit(cookie, path = "", method = "GET") {
  const response = await fetch(`http://127.0.0.1:${pool.port(3000)}/${path}`, { method, headers: cookie ? { cookie } : {} });
  const [set] = response.headers.getSetCookie();
  return { status: response.status, text: await response.text(), cookie: set?.split(";")[0] ?? cookie };
}

test("sessions lie on three servers, and outlive the application", { timeout: 120_000 }, async () => {
  const homes = new Set();
  const cookies = [];
  let app = await served();
  sameOutput("sessions.mjs", pool.named(app.first));
  for (let browser = 0; browser < 12; browser++) {
    const { text, cookie } = await visit();
    const [, home] = /^visit 1; this session is on redis-([123])\n$/.exec(text);
    homes.add(home);
    cookies.push(cookie);
    assert.match((await visit(cookie)).text, /^visit 2; /);
    const id = /s%3A([^.]+)\./.exec(cookie)[1];
    assert.equal(await ask(pool.port(7000 + Number(home)), "EXISTS", `sess:${decodeURIComponent(id)}`), 1);
  }
  assert.ok(homes.size > 1, "they are spread");

  app.application.kill("SIGTERM");
  assert.equal(await app.ended, 0);
  app = await served();
  for (const cookie of cookies) assert.match((await visit(cookie)).text, /^visit 3; /);
  assert.equal((await visit(cookies[0], "logout", "POST")).status, 204);
  assert.match((await visit(cookies[0])).text, /^visit 1; /);
  app.application.kill("SIGTERM");
  assert.equal(await app.ended, 0);
});
