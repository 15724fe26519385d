// The page by itself: from a web server and from a disk, with a config that came with it.

import assert from "node:assert/strict";
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
