// A link carries all that was put in, also to a page that lies elsewhere; one that cannot be read says so and loses nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { WAYS, fragment as linkOf, linkWith, open } from "./support.mjs";

const CONFIG = `blue:
  servers:
   - 10.0.0.1:6379:1 <b>bold</b>
   - 10.0.0.2:6379:2 "r2"
green:
  distribution: modula
  servers:
   - 10.0.0.1:6379:1 ключ
   - 10.0.0.2:6379:2
`;

/** What stands in the editor of a config. */
const shown = (page) => page.locator(".cm-content").first().innerText();

/** What the address carries, once that is no more `old`. */
async function linkAfter(page, old = "") {
  await page.waitForFunction((old) => location.hash.slice(1) !== old, old);
  return page.evaluate(() => location.hash.slice(1));
}

for (const way of WAYS) {
  test(`a link carries the config, the pool, the key and the tab: ${way}`, async (t) => {
    const page = await open(t, { way });
    await page.locator(".cm-content").first().fill(CONFIG);
    await page.getByLabel("Pool").selectOption("green");
    await page.getByLabel("Key", { exact: true }).fill("ключ 🗝 {1}");
    await page.getByRole("tab", { name: "Which dialect?" }).click();
    const link = await linkWith(page, ({ view }) => view === "dialects");
    assert.match(link, /^1\.[A-Za-z0-9_-]+$/);

    const other = await open(t, { way, fragment: link });
    assert.equal(await other.getByRole("tab", { selected: true }).innerText(), "Which dialect?");
    assert.equal((await shown(other)).trimEnd(), CONFIG.trimEnd());
    assert.equal(await other.getByLabel("Pool").inputValue(), "green");
    assert.equal(await other.getByLabel("Key", { exact: true }).inputValue(), "ключ 🗝 {1}");
  });
}

test("a link that cannot be read says so, and neither it nor what was put in is lost", async (t) => {
  const page = await open(t);
  await page.locator(".cm-content").first().fill(CONFIG);
  const link = await linkAfter(page);
  const notice = page.locator(".notice");
  for (const [broken, why] of [
    [link.slice(0, -8), "it is damaged, or a part of it is missing"],
    ["2.AAAA", "a newer page made it"],
    ["1.%%%", "there are characters in it that no link has"],
    ["servers", "it is no link of this page"],
    [`1.${Buffer.from("not deflated").toString("base64url")}`, "it is damaged, or a part of it is missing"],
    [linkOf({ view: "elsewhere" }), "what it says of “view” is nothing that this page knows"],
    [linkOf({ tomorrow: 1 }), "it carries “tomorrow”, which this page does not know"],
    [linkOf([1]), "it carries no state"],
  ]) {
    await page.evaluate((broken) => {
      location.hash = broken;
    }, broken);
    await page.getByText(why).waitFor();
    // A change does not write over it.
    await page.getByLabel("Key", { exact: true }).fill(broken);
    await page.waitForTimeout(400);
    assert.equal(await page.evaluate(() => location.hash.slice(1)), broken);
    assert.equal((await shown(page)).trimEnd(), CONFIG.trimEnd());
    await notice.getByRole("button").click();
    await linkAfter(page, broken);
    await notice.waitFor({ state: "detached" });
  }
});

test("a few bytes that unfold to gigabytes are refused", async (t) => {
  const page = await open(t, { fragment: linkOf({ config: "a".repeat(40 << 20) }) });
  await page.getByText("it unfolds to more than 16 MB").waitFor();
});

test("a page with a config from the command shares it, and does not hold on to it", async (t) => {
  const given = { config: "only:\n  servers:\n   - 10.0.0.1:6379:1 one\n", file: "mine.yml", pool: null };
  const page = await open(t, { given, context: { permissions: ["clipboard-read", "clipboard-write"] } });
  await page.getByRole("tab", { name: "Is it balanced?" }).click();
  const link = await linkAfter(page);
  const again = await open(t, { given: { ...given, config: given.config.replace("one", "another") }, fragment: link });
  assert.match(await shown(again), /another/);

  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const elsewhere = await open(t, { fragment: copied.split("#")[1] });
  assert.match(await shown(elsewhere), /10\.0\.0\.1:6379:1 one/);
});
