// Every case of the contract, asked of the package inside the page's own build, in the page: from a web server and from a
// disk. `globalThis.keyhome` is what the page offers at the console.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { WAYS, open } from "./support.mjs";

const ROOT = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, ROOT), "utf8");

/** Commands are asked elsewhere: they are no matter of where keys live. */
const FILES = readdirSync(new URL("tests/contract/", ROOT)).filter((name) => /(?<!^commands)\.json$/.test(name));

/** How many there are at least, so that a file that is cut short fails. */
const AT_LEAST = 1263;

for (const way of WAYS) {
  test(`every case of the contract, ${way}`, async (t) => {
    const page = await open(t, { way });
    await page.waitForFunction(() => globalThis.keyhome !== undefined);
    const sources = { adapter: read("tests/doors/adapter.mjs"), contract: read("node/test/browser/pages/contract.mjs") };
    await page.evaluate(async ({ adapter, contract }) => {
      const module = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      const { runner } = await import(module(contract.replace("./adapter.mjs", module(adapter))));
      globalThis.ask = runner(globalThis.keyhome);
    }, sources);
    let [cases, items] = [0, 0];
    for (const file of FILES) {
      const name = file.replace(".json", "");
      const asked = [name, JSON.parse(read(`tests/contract/${file}`))];
      const answer = await page.evaluate(([name, cases]) => globalThis.ask(name, cases), asked);
      assert.deepEqual(answer.wrong, [], name);
      cases += answer.cases;
      items += answer.items;
    }
    assert.ok(cases >= AT_LEAST, `${cases} cases of ${FILES}, and there should be ${AT_LEAST}`);
    console.log(`${way}: ${cases} cases of ${FILES.length} files, ${items} answers`);
  });
}
