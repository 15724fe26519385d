// What axe finds in every view, with an empty page, with pools of each kind, and with a config that is broken: nothing.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { VIEWS, open, show } from "./support.mjs";

const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const read = (path) => readFileSync(new URL(`../../tests/command/${path}`, import.meta.url), "utf8");

const CONFIGS = {
  empty: undefined,
  ring: read("nutcracker.yml"),
  slots: read("cluster.txt"),
  broken: read("typo.yml"),
};

/** A violation as one can act on it: the rule, and the first places. */
const told = ({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(" | ")}`;

for (const scheme of ["light", "dark"]) {
  for (const width of [360, 1440]) {
    test(`axe, ${scheme}, ${width} pixels wide`, async (t) => {
      let rules = 0;
      for (const [name, config] of Object.entries(CONFIGS)) {
        const given = config === undefined ? undefined : { config, file: "nutcracker.yml", pool: null };
        // No motion: what fades in is measured while it is half there.
        const page = await open(t, { scheme, width, given, context: { reducedMotion: "reduce" } });
        await page.evaluate(AXE);
        for (const view of VIEWS) {
          await show(page, view);
          const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
          assert.deepEqual(violations.map(told), [], `${name}, ${view}`);
          rules += passes.length;
        }
      }
      console.log(`${scheme}, ${width} pixels: ${rules} rules passed`);
    });
  }
}

for (const scheme of ["light", "dark"]) {
  test(`axe, ${scheme}, counts that are there, run and failed, and a change with all that it moves`, async (t) => {
    const given = { config: CONFIGS.ring, file: "nutcracker.yml", pool: null };
    const page = await open(t, { scheme, given, context: { reducedMotion: "reduce" } });
    await page.evaluate(AXE);
    const check = async (what) => {
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      assert.deepEqual(violations.map(told), [], what);
    };
    await show(page, "balance");
    await page.waitForSelector(".hash-table tbody tr");
    await check("counted");
    const pattern = page.getByLabel("Pattern of keys");
    await pattern.fill("user:{0..9999999}");
    await page.locator(".sample-status progress").waitFor();
    await check("counting");
    await page.getByRole("button", { name: "Cancel" }).click();
    await check("cancelled");
    await pattern.fill("{0..99999999}");
    await page.locator(".sample-status .problem").waitFor();
    await check("refused");
    await pattern.fill("user:{0..99}");
    await page.getByRole("radio", { name: "Pasted keys" }).check();
    await check("pasted keys");
    await page.getByRole("radio", { name: "A file" }).check();
    await check("a file");
    await page.getByRole("radio", { name: "A pattern" }).check();
    await show(page, "change");
    await page.getByRole("button", { name: "Move it to another address" }).click();
    await page.waitForSelector(".addresses");
    await check("another address");
    await page.getByRole("button", { name: "Move to Redis Cluster" }).click();
    await page.getByText("generated keys move").waitFor();
    await page.waitForSelector(".key-table");
    await check("to Redis Cluster");
  });
}
