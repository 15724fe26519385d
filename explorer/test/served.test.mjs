// The page by itself: from a web server and from a disk, with a config that came with it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { WAYS, open } from "./support.mjs";

const CONFIG = "pool:\n  servers:\n   - 10.0.0.1:6379:1 </script><script>globalThis.ran = true</script>\n";

for (const way of WAYS) {
  test(`an empty page, ${way}`, async (t) => {
    const page = await open(t, { way });
    assert.equal(await page.title(), "keyhome explorer");
    assert.equal(await page.textContent("h1"), "keyhome explorer");
  });

  test(`a config that came with the page is in the editor, as text, ${way}`, async (t) => {
    const page = await open(t, { way, given: { config: CONFIG, file: "nutcracker.yml", pool: "pool" } });
    const editor = page.getByRole("textbox", { name: "Config", exact: true });
    const text = await editor.evaluate((element) => element.value ?? element.innerText);
    assert.equal(text.trimEnd(), CONFIG.trimEnd());
    assert.equal(await page.evaluate(() => globalThis.ran), undefined);
  });
}

test("the foot: the package at the console, and the licences of what is in the page", async (t) => {
  const page = await open(t, {});
  assert.equal(await page.evaluate(() => globalThis.keyhome.slot("user:1001")), 5712);
  assert.match(await page.innerText("footer.foot"), /keyhome\.slot\("user:1001"\)/);
  await page.getByText("Licences", { exact: true }).click();
  const notices = await page.getByLabel("Licences of what is in this page").innerText();
  const { dependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  for (const name of Object.keys(dependencies).filter((name) => name !== "keyhome")) {
    assert.ok(notices.includes(`${name} - ${dependencies[name]} (`), `${name} is in the page with its notice`);
  }
  assert.match(notices, /Permission is hereby granted, free of charge/);
  assert.match(notices, /in the WebAssembly modules of keyhome[^]*wasm-bindgen[^]*TERMS AND CONDITIONS/);
});
