// Watching the proxy: what watch.sh prints, and that the dashboard asks for what the proxy really tells.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { waitUntil } from "../../node/test/servers/wait.mjs";
import { sameOutput } from "./output.mjs";
import { EXAMPLES, Pool } from "./pool.mjs";

const dashboard = JSON.parse(readFileSync(join(EXAMPLES, "prometheus/grafana-dashboard.json"), "utf8"));
const config = readFileSync(join(EXAMPLES, "prometheus/prometheus.yml"), "utf8");

let pool;
/** The labels of each series by its name, as the proxy tells them. */
const told = new Map();

before(async () => {
  ({ pool } = await Pool.start("start"));
  const watch = pool.spawn("prometheus/watch.sh");
  let [said, errors] = ["", ""];
  watch.stdout.setEncoding("utf8").on("data", (text) => (said += text));
  watch.stderr.setEncoding("utf8").on("data", (text) => (errors += text));
  const ended = new Promise((resolve) => watch.once("exit", resolve));
  await waitUntil(() => said.includes("Ctrl-C") || watch.exitCode !== null, "watch.sh has printed what there is", 60_000);
  assert.equal(watch.exitCode, null, errors);
  const response = await fetch(`http://127.0.0.1:${pool.port(9121)}/metrics`);
  for (const [, name, labels] of (await response.text()).matchAll(/^([a-z_]+)(?:\{(.*)\})? [0-9.e+-]+$/gm)) {
    const names = Array.from((labels ?? "").matchAll(/([a-z]+)="/g), ([, label]) => label);
    told.set(name, new Set([...(told.get(name) ?? []), ...names]));
  }
  watch.kill("SIGTERM");
  await ended;
  sameOutput("prometheus/watch.sh", pool.named(said));
});
after(() => pool?.end());

/** The expressions of the panels, and what the variables ask for. */
const expressions = dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr, legendFormat }) => ({ title, expr, legendFormat })));

test("each metric of the dashboard is one that the proxy tells, with the labels that are asked for", () => {
  assert.ok(told.size > 30, `${told.size} series`);
  let asked = 0;
  for (const { title, expr, legendFormat } of expressions) {
    const names = expr.match(/\b(?:keyhome|process)_[a-z_]+/g);
    assert.ok(names !== null, `${title}: no metric`);
    for (const name of names) {
      assert.ok(told.has(name), `${title}: the proxy does not tell ${name}`);
      asked++;
      // Prometheus itself adds `job` and `instance`.
      const known = new Set([...told.get(name), "job", "instance"]);
      const inBraces = Array.from(expr.matchAll(/([a-z]+)=~?"/g), ([, label]) => label);
      const grouped = Array.from(expr.matchAll(/by \(([^)]*)\)/g), ([, list]) => list.split(", ")).flat();
      const shown = Array.from(legendFormat.matchAll(/\{\{(\w+)\}\}/g), ([, label]) => label);
      const isRatio = new Set(names).size > 1;
      for (const label of [...inBraces, ...(isRatio ? [] : grouped), ...shown]) {
        assert.ok(known.has(label), `${title}: ${name} has no label ${label}`);
      }
    }
    // A counter is only of use as a rate, and a gauge never is.
    for (const [, name] of expr.matchAll(/(?:rate|increase)\(([a-z_]+)/g)) assert.match(name, /_(?:total|bucket)$/, title);
    for (const [, name] of expr.matchAll(/([a-z_]+_total)\b/g)) assert.match(expr, new RegExp(`(?:rate|increase)\\(${name}`), title);
    const count = (sign) => expr.split(sign).length;
    assert.deepEqual([count("("), count("{")], [count(")"), count("}")], `${title}: brackets`);
  }
  assert.ok(asked >= 20, `${asked} metrics are asked for`);
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

test("prometheus.yml scrapes the port of watch.sh, under the name that the dashboard knows", () => {
  assert.match(config, /targets: \["127\.0\.0\.1:9121"\]/);
  const jobs = new Set(Array.from(config.matchAll(/job_name: (\w+)/g), ([, job]) => job));
  for (const { expr } of expressions) {
    for (const [, job] of expr.matchAll(/job="(\w+)"/g)) assert.ok(jobs.has(job), job);
  }
});
