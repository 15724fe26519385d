// Watching the proxy: what watch.sh prints, what a real Prometheus collects by prometheus.yml, and that each panel of the
// dashboard gets something to show from it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask } from "../../node/test/servers/ask.mjs";
import { waitUntil } from "../../node/test/servers/wait.mjs";
import { sameOutput } from "./output.mjs";
import { EXAMPLES, Pool } from "./pool.mjs";
import { Prometheus } from "./prometheus-server.mjs";

const dashboard = JSON.parse(readFileSync(join(EXAMPLES, "prometheus/grafana-dashboard.json"), "utf8"));

/** Long enough to hold a few scrapes, as Grafana chooses it. */
const RATE_INTERVAL = "20s";

let pool;
let prometheus;
let watch;
let hasEnded;
let said = "";

before(async () => {
  ({ pool } = await Pool.start("start"));
  watch = pool.spawn("prometheus/watch.sh");
  let errors = "";
  watch.stdout.setEncoding("utf8").on("data", (text) => (said += text));
  watch.stderr.setEncoding("utf8").on("data", (text) => (errors += text));
  hasEnded = new Promise((resolve) => watch.once("exit", resolve));
  await waitUntil(() => said.includes("Ctrl-C") || watch.exitCode !== null, "watch.sh has printed what there is", 60_000);
  assert.equal(watch.exitCode, null, errors);
  const config = pool.ours(readFileSync(join(EXAMPLES, "prometheus/prometheus.yml"), "utf8"));
  const quick = config.replace("scrape_interval: 15s", "scrape_interval: 250ms");
  assert.notEqual(quick, config);
  prometheus = await Prometheus.start(pool.scratch, quick);
});
after(async () => {
  watch?.kill("SIGTERM");
  await hasEnded;
  await pool?.end();
});

test("what watch.sh prints", () => sameOutput("prometheus/watch.sh", pool.named(said)));

/** The expressions of all panels. */
const expressions = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr, legendFormat }) => {
    const asked = expr.replaceAll("$pool", ".*").replaceAll("$__rate_interval", RATE_INTERVAL);
    return { title, expr: asked, labels: Array.from(legendFormat.matchAll(/\{\{(\w+)\}\}/g), ([, label]) => label) };
  }),
);

test("each panel gets series from Prometheus, with the labels that it shows", { timeout: 180_000 }, async () => {
  assert.ok(expressions.length >= 20, `${expressions.length} expressions`);
  const port = pool.port(22121);
  // A rate needs what comes after the first scrape.
  await waitUntil(async () => (await prometheus.ask("keyhome_server_live")).length === 3, "a scrape", 60_000);
  await ask(port, "RPUSH", "list", "x");
  await pool.servers("stop", "redis-2");
  const keys = Array.from({ length: 20 }, (_, number) => `watched:${number}`);
  const all = [...keys.map((key) => ["GET", key]), ["MGET", ...keys], ["INCR", "list"], ["nonsense"]];
  const without = async () => {
    // Some of them fail: the dashboard shows that, too.
    for (const words of all) await ask(port, ...words).catch((error) => error);
    const found = await Promise.all(expressions.map(async (one) => ({ ...one, series: await prometheus.ask(one.expr) })));
    return found.filter(({ series }) => series.length === 0);
  };
  let missing;
  await waitUntil(async () => (missing = await without()).length === 0, "each panel has something to show", 60_000).catch((error) => {
    throw new Error(`${error.message}: ${missing.map(({ title, expr }) => `${title}: ${expr}`).join("; ")}`);
  });
  for (const { title, expr, labels } of expressions) {
    for (const { metric } of await prometheus.ask(expr)) {
      for (const label of labels) assert.ok(metric[label] !== undefined, `${title}: no label ${label} in ${JSON.stringify(metric)}`);
    }
    // A counter is only of use as a rate.
    for (const [, name] of expr.matchAll(/([a-z_]+_total)\b/g)) assert.match(expr, new RegExp(`(?:rate|increase)\\(${name}`), title);
  }
});

test("the dashboard has the shape that Grafana imports", () => {
  const { title, uid, schemaVersion, panels, templating } = dashboard;
  assert.ok(title && uid && schemaVersion >= 36);
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, "ids");
  const variables = new Set(templating.list.map(({ name }) => name));
  for (const used of JSON.stringify(dashboard).matchAll(/\$\{?([a-z]\w*)/g)) assert.ok(variables.has(used[1]), `$${used[1]}`);
  const cells = new Set();
  for (const { title, description, type, gridPos: { x, y, w, h }, targets, datasource } of panels) {
    assert.ok(title && description && ["timeseries", "stat"].includes(type), title);
    assert.equal(datasource.uid, "${datasource}", title);
    assert.ok(x >= 0 && w > 0 && x + w <= 24, `${title}: 24 columns`);
    assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
    for (let cell = 0; cell < w * h; cell++) {
      const at = `${x + (cell % w)}, ${y + Math.floor(cell / w)}`;
      assert.ok(!cells.has(at), `${title} lies over another panel`);
      cells.add(at);
    }
  }
});
