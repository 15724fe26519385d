// What tests of views share: the configs they open, the keys they count, and how they read a page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export const TWEMPROXY = `alpha:
  listen: 127.0.0.1:22121
  hash: fnv1a_64
  distribution: ketama
  servers:
   - 10.0.0.1:6379:1 redis-1
   - 10.0.0.2:6379:1 redis-2
   - 10.0.0.3:6379:1 redis-3
   - 10.0.0.4:6379:1 redis-4
`;

export const CLUSTER = `sessions:
  dialect: redis-cluster
  servers:
   - {name: redis-1, address: "10.0.0.1:6379", slots: "0-5460"}
   - {name: redis-2, address: "10.0.0.2:6379", slots: "5461-9000"}
`;

/** Keys, one a line. */
export function lines(count, key) {
  return Array.from({ length: count }, (_, at) => `${key(at)}\n`).join("");
}

/** The keys of the pattern that a fresh page has. */
export function users(count) {
  return lines(count, (at) => `user:${at}`);
}

/** Puts a text in place of the config. */
export async function type(page, text) {
  await page.locator(".cm-content").first().click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

/** Waits until so many keys are counted. */
export async function counted(page, keys) {
  const said = `${keys.toLocaleString("en-US")} keys counted`;
  await page.locator(".sample-status", { hasText: said }).waitFor({ timeout: 120_000 });
}

/** The texts of a table's cells, row by row. */
export function rowsOf(page, table) {
  return page.locator(`${table} tbody tr`).evaluateAll((rows) => rows.map((row) => Array.from(row.cells, (cell) => cell.innerText.trim())));
}

export function digits(text) {
  return Number(text.replaceAll(",", ""));
}

/** What the page saves as a file of that kind. */
export async function saved(page, kind, encoding = "utf8") {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(".exports").getByRole("button", { name: kind, exact: true }).click(),
  ]);
  assert.match(download.suggestedFilename(), new RegExp(`\\.${kind}$`, "i"));
  return readFileSync(await download.path(), encoding);
}

/** The text in the editor of the config after the change. */
export async function changedText(page) {
  return (await page.locator(".changed .cm-line").allTextContents()).join("\n");
}

const PERCENT = new Intl.NumberFormat("en-US", { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** A part of a whole, as people read it. */
export function percent(part) {
  return PERCENT.format(part);
}
