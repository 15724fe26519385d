// The keys that are counted: patterns, pasted keys, files; many of them, strange ones, and ones that cannot be read.

import assert from "node:assert/strict";
import { test } from "node:test";
import { WAYS, file, keyhomeJson, open, show } from "./support.mjs";
import { TWEMPROXY, counted, digits, lines, rowsOf, saved, users } from "./views.mjs";

const given = { config: TWEMPROXY, file: "nutcracker.yml", pool: "" };
const config = () => file("sample.yml", TWEMPROXY);

async function opened(t, way = "http") {
  const page = await open(t, { way, given });
  await show(page, "balance");
  return page;
}

async function counts(page) {
  return (await rowsOf(page, ".balance-table")).map((row) => digits(row.at(-2)));
}

/** What the command counts. */
function expected(keys, ...words) {
  return keyhomeJson(["balance", "-c", config(), "--keys", "-", ...words], keys).sample.counts.map(({ keys }) => keys);
}

for (const way of WAYS) {
  test(`a file of a million keys, by ${way}`, async (t) => {
    const page = await opened(t, way);
    const keys = lines(1_000_000, (at) => `session:${(at * 2_654_435_761) % 4_294_967_296}:${at}`);
    await page.getByRole("radio", { name: "A file" }).check();
    await page.getByLabel("File of keys").setInputFiles(file("million.txt", keys));
    await counted(page, 1_000_000);
    assert.deepEqual(await counts(page), expected(keys));
    assert.equal(await page.locator(".exports code").innerText(), "keyhome balance -c nutcracker.yml --keys million.txt");
  });
}

test("the pattern's keys are those of bash", async (t) => {
  const page = await opened(t);
  for (const [pattern, keys] of [
    ["user:{0..99999}", users(100_000)],
    ["{{0..9}}:{007..011}", lines(50, (at) => `{${Math.floor(at / 5)}}:${String(7 + (at % 5)).padStart(3, "0")}`)],
    ["{eu,us}:{3..1}", "eu:3\neu:2\neu:1\nus:3\nus:2\nus:1\n"],
    ["{0..100..25}-{x}-ü", lines(5, (at) => `${at * 25}-{x}-ü`)],
    ["one", "one\n"],
  ]) {
    await page.getByLabel("Pattern of keys").fill(pattern);
    const number = keys.split("\n").length - 1;
    await page.locator(".sample-status", { hasText: `${number.toLocaleString("en-US")} key` }).getByText("counted").waitFor();
    assert.deepEqual(await counts(page), expected(keys), pattern);
  }
  await page.getByLabel("Pattern of keys").fill("user:{0..99999999}");
  await page.getByText("That makes 100,000,000 keys; a sample has 10,000,000 at most.").waitFor();
  await page.getByLabel("Pattern of keys").fill("");
  await page.getByText("No keys yet.").waitFor();
});

test("pasted keys: one a line, nothing trimmed, HTML and all", async (t) => {
  const page = await opened(t);
  await page.getByRole("radio", { name: "Pasted keys" }).check();
  const keys = " a\nb \n\n<img src=x onerror=alert(1)>\n{tag}:1\nключ\n\t";
  await page.getByLabel("Keys, one a line").fill(keys);
  await counted(page, 7);
  assert.deepEqual(await counts(page), expected(keys));
  assert.equal(await page.locator("img").count(), 0);
});

test("hexadecimal digits, carriage returns, bytes that are no text", async (t) => {
  const page = await opened(t);
  await page.getByRole("radio", { name: "A file" }).check();
  const files = page.getByLabel("File of keys");
  await files.setInputFiles(file("hex.txt", "00ff\r\nAB\n\n61"));
  await page.getByLabel("keys are hexadecimal digits").check();
  await counted(page, 4);
  assert.deepEqual(await counts(page), expected("00ff\r\nAB\n\n61", "--hex"));
  await files.setInputFiles(file("bad.txt", "00\nzz\n01\n"));
  await page.getByText('line 2: "zz" is not an even number of hexadecimal digits').waitFor();
  await page.getByLabel("keys are hexadecimal digits").uncheck();
  await counted(page, 3);
  await files.setInputFiles(file("windows.txt", "a\r\nb\r\n"));
  await page.getByText("Lines end in a carriage return, which belongs to the key").waitFor();
  assert.deepEqual(await counts(page), expected("a\r\nb\r\n"));
  const bytes = Buffer.from([0xff, 0, 0xfe, 10, 0xc3, 10]);
  await files.setInputFiles({ name: "bytes.txt", mimeType: "text/plain", buffer: bytes });
  await counted(page, 2);
  assert.deepEqual(await counts(page), expected(bytes));
});

test("a paste of 50 MB is counted, and the page stays a page", async (t) => {
  const page = await opened(t);
  await page.getByRole("radio", { name: "Pasted keys" }).check();
  await page.getByLabel("Keys, one a line").evaluate((field) => {
    const key = `${"x".repeat(49)}\n`;
    const clipboard = new DataTransfer();
    clipboard.setData("text/plain", key.repeat(1_000_000));
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
  });
  await page.getByText("50.0 MB").waitFor();
  await counted(page, 1_000_000);
  assert.deepEqual((await counts(page)).toSorted((a, b) => a - b), [0, 0, 0, 1_000_000]);
  // A link would not carry it; the page's address stays one that a browser takes.
  assert.ok((await page.evaluate(() => location.href)).length < 10_000);
});

test("one key of 20 MB, and a file of nothing but line feeds", async (t) => {
  const page = await opened(t);
  await page.getByRole("radio", { name: "A file" }).check();
  const long = "k".repeat(20_000_000);
  await page.getByLabel("File of keys").setInputFiles(file("long.txt", long));
  await page.getByText("1 key counted").waitFor({ timeout: 60_000 });
  assert.deepEqual(await counts(page), expected(long));
  await page.getByLabel("File of keys").setInputFiles(file("empty-keys.txt", "\n".repeat(1_000_000)));
  await counted(page, 1_000_000);
  assert.deepEqual(await counts(page), expected("\n".repeat(1_000_000)));
});

test("a long count says how far it is, and can be cancelled and begun again", async (t) => {
  const page = await opened(t);
  await counted(page, 1000);
  await page.getByLabel("Pattern of keys").fill("user:{0..9999999}");
  const bar = page.locator(".sample-status progress");
  await bar.waitFor();
  await page.waitForFunction(() => document.querySelector(".sample-status progress")?.value > 0);
  // The page answers while the worker counts: another tab and back is another view, and begins anew.
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Cancelled.").waitFor();
  assert.equal(await bar.count(), 0);
  await page.getByLabel("Pattern of keys").fill("user:{0..1999}");
  await counted(page, 2000);
  await page.getByLabel("Pattern of keys").fill("user:{0..9999998}");
  await bar.waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Count again" }).click();
  await bar.waitFor();
  await show(page, "where");
  await show(page, "balance");
  await page.getByLabel("Pattern of keys").fill("user:{0..2999}");
  await counted(page, 3000);
});

test("files and text can be dropped", async (t) => {
  const page = await opened(t);
  const drop = (make) =>
    page.locator(".sample").evaluate((panel, make) => {
      const data = new DataTransfer();
      if (make.file === undefined) data.setData("text/plain", make.text);
      else data.items.add(new File([make.text], make.file));
      panel.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }, make);
  await drop({ file: "dropped.txt", text: "a\nb\nc\n" });
  await counted(page, 3);
  await page.getByText("dropped.txt").first().waitFor();
  await drop({ text: "a\nb\nc\nd" });
  await counted(page, 4);
  assert.deepEqual(await counts(page), expected("a\nb\nc\nd"));
  assert.ok(JSON.parse(await saved(page, "JSON")).sample);
});
