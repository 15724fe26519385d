// What nobody means to put in: configs that are broken, markup in names and keys, far too much of everything.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { VIEWS, WAYS, editor, file, keyhomeJson, open, paste, show } from "./support.mjs";

const MARKUP = `"><img src=x onerror="globalThis.ran=1"><script>globalThis.ran=1</script>&lt;b&gt;`;

/** A pool whose names are markup, wherever a name can be. */
const NAMED = `${JSON.stringify(`pool ${MARKUP}`)}:
  hash_tag: "<>"
  servers:
   - ${JSON.stringify(`10.0.0.1:6379:1 one${MARKUP.replaceAll(" ", "/")}`)}
   - ${JSON.stringify(`10.0.0.2:6379:1 two${MARKUP.replaceAll(" ", "/")}`)}
`;

/** The texts of a page, and what must never be in it. */
const look = () => ({
  ran: globalThis.ran,
  // Empty pictures are how CodeMirror sets a cursor.
  markup: document.querySelectorAll("img:not(.cm-widgetBuffer), #explorer script").length,
  text: document.getElementById("view").innerText,
});

for (const way of WAYS) {
  test(`markup in names and keys is text, ${way}`, async (t) => {
    const page = await open(t, { way, given: { config: NAMED, file: `${MARKUP}.yml`, pool: null } });
    await page.getByLabel("Key", { exact: true }).fill(MARKUP);
    const { index } = keyhomeJson(["explain", "-c", file("markup.yml", NAMED), "--", MARKUP]);
    for (const view of VIEWS) {
      await show(page, view);
      const { ran, markup, text } = await page.evaluate(look);
      assert.equal(ran, undefined, view);
      assert.equal(markup, 0, view);
      assert.match(text, /one">|two">/, view);
      if (view === "where") {
        assert.ok(text.includes(MARKUP), text);
        assert.ok(text.includes(`${["one", "two"][index]}${MARKUP.replaceAll(" ", "/")}`), text);
      }
    }
  });
}

test("every broken config of the contract is an error with its code at its line, and the page lives on", async (t) => {
  const cases = JSON.parse(readFileSync(new URL("../../tests/contract/config_errors.json", import.meta.url), "utf8"));
  const page = await open(t, {});
  const field = editor(page);
  await field.focus();
  let shown = 0;
  // Which pool is none of the page's troubles: it lets choose among those that are.
  for (const { name, config, code, line } of cases.filter(({ code }) => !code.startsWith("pool."))) {
    const text = await field.evaluate(async (element, config) => {
      const data = new DataTransfer();
      data.setData("text/plain", config);
      document.execCommand("selectAll");
      document.execCommand("delete");
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
      for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
      return document.querySelector(".config .status").innerText;
    }, config);
    // A text of blanks is an empty editor.
    if (config.trim() === "") continue;
    assert.ok(text.includes(code), `${name}: ${text}`);
    if (line !== null) assert.ok(text.includes(`Go to line ${line}`), `${name}: ${text}`);
    shown += 1;
  }
  assert.ok(shown >= 150, `${shown} shown`);
  await field.press("ControlOrMeta+a");
  await paste(field, "pool:\n  servers:\n   - 10.0.0.1:6379:1 alone\n");
  for (const view of VIEWS) {
    await show(page, view);
    assert.match(await page.innerText("#view"), /\S/, view);
  }
});

/** A paste of a text that the page has made: it would take long to bring it there. */
const pasteMade = (field, line, times) =>
  field.evaluate(
    (element, [line, times]) => {
      const data = new DataTransfer();
      data.setData("text/plain", line.repeat(times));
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
      return line.length * times;
    },
    [line, times],
  );

test("50 MB pasted into the editor are refused, and what was there stays", async (t) => {
  const config = "pool:\n  servers:\n   - 10.0.0.1:6379:1 alone\n";
  const page = await open(t, { given: { config, file: "nutcracker.yml", pool: null } });
  const field = editor(page);
  await field.focus();
  assert.ok((await pasteMade(field, "   - 10.0.0.1:6379:1 <b>server</b>\n", 1_500_000)) > 50_000_000);
  const status = page.locator(".config .status");
  await status.getByText(/a text of \d\d MB is no config/).waitFor();
  await status.getByText(/\b1 node\b/).waitFor();
  assert.match(await field.innerText(), /10\.0\.0\.1:6379:1 alone/);
});

test("as much as the editor takes is answered, and taken back", async (t) => {
  const page = await open(t, {});
  const field = editor(page);
  await field.focus();
  assert.ok((await pasteMade(field, "   - 10.0.0.1:6379:1 server\n", 250_000)) > 6_000_000);
  const status = page.locator(".config .status .problem");
  await status.waitFor({ timeout: 120_000 });
  assert.match(await status.innerText(), /config\.\w+/);
  await field.press("ControlOrMeta+a");
  await paste(field, "pool:\n  servers:\n   - 10.0.0.1:6379:1 alone\n");
  await page.getByText(/\b1 node\b/).waitFor({ timeout: 120_000 });
});
