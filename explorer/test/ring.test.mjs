// See the ring: what is drawn, pointed at and read is what keyhome says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { WAYS, file, keyhomeJson, linkWith, open, ranByShell, show, waitUntil } from "./support.mjs";
import { CLUSTER, TWEMPROXY, digits, percent, rowsOf, saved } from "./views.mjs";

const of = (dialect, servers = 3) =>
  `p:\n  ${dialect}\n  servers:\n${Array.from({ length: servers }, (_, at) => `   - 10.0.0.${at}:6379:1 node-${at}\n`).join("")}`;

const RINGS = {
  twemproxy: TWEMPROXY,
  weighted: "p:\n  servers:\n   - 10.0.0.1:6379:1 a\n   - 10.0.0.2:6379:2 b\n   - 10.0.0.3:6379:1 c\n",
  vnodes: of("dialect: vnodes"),
  uhashring: of("dialect: uhashring"),
  libketama: of("dialect: libketama"),
};

async function opened(t, config, options = {}) {
  const page = await open(t, { given: { config, file: "pool.yml", pool: null }, ...options });
  await show(page, "ring");
  return { page, path: file("pool.yml", config) };
}

const slider = (page) => page.getByRole("slider");

/** What the view says of the key: `hash`, `meets`, `lives on`, `if it dies`. */
async function way(page) {
  const texts = await page.locator(".key-way > *").evaluateAll((all) => all.map((one) => one.innerText.replace(/\s+/g, " ")));
  return Object.fromEntries(Array.from({ length: texts.length / 2 }, (_, at) => [texts[2 * at], texts[2 * at + 1]]));
}

/** The exported stretches: first and last position, and the node. */
async function stretches(page) {
  const [head, ...rows] = (await saved(page, "CSV")).trimEnd().split("\r\n");
  assert.equal(head, "first,last,node");
  return rows.map((row) => row.split(",")).map(([first, last, node]) => ({ first: Number(first), last: Number(last), node }));
}

/** The colour at a place of a drawing, in parts of its size, and that of a node's mark in the list. */
function colourAt(page, selector, place) {
  return page.locator(`${selector} canvas`).evaluate(
    (canvas, [x, y]) => {
      const pixel = canvas.getContext("2d").getImageData(Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1);
      return `rgb(${Array.from(pixel.data.slice(0, 3)).join(", ")})`;
    },
    place,
  );
}

function colourOf(page, index) {
  return page.locator(".ring-nodes .node-mark").nth(index).evaluate((mark) => getComputedStyle(mark).backgroundColor);
}

/** A drawing follows what was put in with the next picture of the browser. */
function isDrawn(page, selector, place, index) {
  const same = async () => (await colourAt(page, selector, place)) === (await colourOf(page, index));
  return waitUntil(same, `${selector} at ${place} has the colour of node ${index}`);
}

for (const by of WAYS) {
  for (const [name, config] of Object.entries(RINGS)) {
    test(`${name}: shares, points and a key's way, ${by}`, async (t) => {
      const { page, path } = await opened(t, config, { way: by });
      const { range, shares } = keyhomeJson(["balance", "-c", path]);
      const all = typeof range === "string" ? BigInt(`0x${range}`) : BigInt(range);
      const part = (share) => Number(typeof share === "string" ? BigInt(`0x${share}`) : BigInt(share)) / Number(all);
      const rows = await rowsOf(page, ".ring-nodes table");
      assert.deepEqual(
        rows.map(([node, , share]) => [node.split(/\s+/).at(-1), share]),
        shares.map(({ node, share }) => [node, percent(part(share))]),
      );

      const drawn = await stretches(page);
      const widths = new Map(shares.map(({ node }) => [node, 0]));
      for (const { first, last, node } of drawn) {
        widths.set(node, widths.get(node) + ((last - first + 2 ** 32) % 2 ** 32) + 1);
      }
      for (const { node, share } of shares) {
        // Of 128 bits the highest 32 are drawn: a point falls between two of them.
        if (typeof share === "number") assert.equal(widths.get(node), share);
        else assert.ok(Math.abs(widths.get(node) / 2 ** 32 - part(share)) < 1e-6);
      }

      for (const key of ["user:1001", "user:{1000}:name", "ключ"]) {
        await page.getByLabel("Key", { exact: true }).fill(key);
        const answer = keyhomeJson(["explain", "-c", path, key]);
        const { position, points, label } = answer.place;
        const said = await way(page);
        assert.equal(said["lives on"], `${answer.index} ${answer.node}`);
        assert.ok(said["if it dies"].endsWith(` ${answer.next}`));
        assert.ok(said.meets.startsWith(`point ${position + 1} of ${points} made from “${label}”`), said.meets);
        assert.equal(points, rows.reduce((sum, [, count]) => sum + digits(count), 0));
        assert.deepEqual(JSON.parse(await saved(page, "JSON")), answer);
        assert.deepEqual(ranByShell(await page.locator(".exports code").innerText()), answer);
        // What the key meets is in view, in the colour of its home.
        const hash = answer.hash.value;
        const at = typeof hash === "string" ? Number(BigInt(`0x${hash}`) >> 96n) : hash;
        const met = drawn.find(({ first, last }) => (first <= last ? at >= first && at <= last : at >= first || at <= last));
        assert.equal(met.node, answer.node);
        const { from, to } = await lookedAt(page);
        const turn = (position) => (position + 2 ** 32) % 2 ** 32;
        const middle = turn(met.first + turn(met.last - met.first) / 2 - from) / (turn(to - from) + 1);
        await isDrawn(page, ".strip", [middle, 0.1], answer.index);
      }
    });
  }
}

test("the keyboard reads every point, zooms and moves", async (t) => {
  const { page } = await opened(t, TWEMPROXY);
  const drawn = await stretches(page);
  await slider(page).focus();
  await page.keyboard.press("Home");
  for (const { first, last, node } of [...drawn.slice(0, 40)]) {
    const [at, said] = [await slider(page).getAttribute("aria-valuenow"), await slider(page).getAttribute("aria-valuetext")];
    assert.ok(said.startsWith(`${node}: point ${at} of 640`), said);
    const grouped = (value) => value.toLocaleString("en-US");
    assert.ok(first === last || said.includes(`${grouped(first)} to ${grouped(last)}`), said);
    assert.equal(await page.locator(".reading").innerText(), said);
    await page.keyboard.press("ArrowRight");
  }
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await slider(page).getAttribute("aria-valuenow"), "640");
  await page.keyboard.press("End");
  assert.equal(await slider(page).getAttribute("aria-valuenow"), "640");
  await page.keyboard.press("0");
  assert.ok(await page.getByRole("button", { name: "Zoom out" }).isDisabled());
  await page.keyboard.press("+");
  assert.ok(await page.getByRole("button", { name: "Zoom out" }).isEnabled());
  await page.keyboard.press("-");
  assert.ok(await page.getByRole("button", { name: "Zoom out" }).isDisabled());
});

/** The positions that are looked at, as the view says them when nothing is pointed at. */
async function lookedAt(page) {
  await page.locator(".key input[type=text]").hover();
  const said = await page.locator(".reading").innerText();
  const [, from, to, part] = /^([\d,]+) to ([\d,]+), ([\d.]+)%/.exec(said);
  return { from: digits(from), to: digits(to), part: Number(part) };
}

test("the mouse drags, zooms and points", async (t) => {
  const { page } = await opened(t, TWEMPROXY);
  const drawn = await stretches(page);
  const before = await lookedAt(page);
  const box = await slider(page).boundingBox();
  const y = box.y + box.height - 20;
  // The pointer reads the stretch under it.
  for (const part of [0.1, 0.3, 0.9]) {
    await page.mouse.move(box.x + part * box.width, y);
    const position = before.from + part * (before.to - before.from + 1);
    const { node } = drawn.find(({ first, last }) => position >= first && position <= last);
    assert.match(await page.locator(".reading").innerText(), new RegExp(`^${node}: point`));
  }
  // What is dragged follows the pointer.
  await page.mouse.move(box.x + box.width / 2, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 4, y, { steps: 5 });
  await page.mouse.up();
  const dragged = await lookedAt(page);
  const span = before.to - before.from + 1;
  assert.ok(Math.abs(dragged.from - before.from - span / 4) < span / 200, `${before.from} ${dragged.from}`);
  assert.equal(dragged.part, before.part);
  // The wheel zooms, and what is under the pointer stays there.
  await page.mouse.move(box.x + box.width / 4, y);
  const under = await page.locator(".reading").innerText();
  await page.mouse.wheel(0, 200);
  await page.mouse.move(box.x + box.width / 4 + 1, y);
  await page.mouse.move(box.x + box.width / 4, y);
  assert.equal(await page.locator(".reading").innerText(), under);
  const wider = await lookedAt(page);
  assert.ok(wider.part > 1.5 * dragged.part, `${dragged.part} ${wider.part}`);
  await page.getByRole("button", { name: "Forth" }).click();
  assert.ok((await lookedAt(page)).from > wider.from);
  await page.getByRole("button", { name: "The key" }).click();
  assert.deepEqual(await lookedAt(page), before);
  // A place on the ring is gone to.
  const map = await page.locator(".ring-map").boundingBox();
  await page.mouse.click(map.x + map.width - 30, map.y + map.height / 2);
  const there = await lookedAt(page);
  assert.ok(there.from < 2 ** 30 && there.to > 2 ** 30, "a quarter of the way round");
});

test("nodes that are chosen are seen alone", async (t) => {
  const { page } = await opened(t, TWEMPROXY);
  const drawn = await stretches(page);
  const [one] = drawn.toSorted((a, b) => b.last - b.first - (a.last - a.first));
  const angle = (((one.first + one.last) / 2 / 2 ** 32) * 2 - 0.5) * Math.PI;
  const { width } = await page.locator(".ring-map").boundingBox();
  const distance = (width / 2 - 30) / width;
  const at = [0.5 + distance * Math.cos(angle), 0.5 + distance * Math.sin(angle)];
  const index = Number(one.node.at(-1)) - 1;
  await isDrawn(page, ".ring-map", at, index);
  const other = `redis-${index === 0 ? 2 : 1}`;
  await page.getByRole("button", { name: other }).click();
  await waitUntil(async () => (await colourAt(page, ".ring-map", at)) !== (await colourOf(page, index)), "it is grey");
  await page.getByRole("button", { name: "Show all nodes" }).click();
  await isDrawn(page, ".ring-map", at, index);
});

test("the slots of a cluster, those of nobody too", async (t) => {
  const { page, path } = await opened(t, CLUSTER);
  const box = await page.locator(".ring-map").boundingBox();
  for (const [slot, owner] of [[0, "redis-1"], [5460, "redis-1"], [5461, "redis-2"], [9000, "redis-2"], [9001, "nobody"], [16383, "nobody"]]) {
    const side = box.width / 128;
    await page.mouse.move(box.x + ((slot % 128) + 0.5) * side, box.y + (Math.floor(slot / 128) + 0.5) * side);
    assert.ok((await page.locator(".reading").innerText()).startsWith(`${owner}: slot ${slot.toLocaleString("en-US")}, in`));
  }
  const keys = Array.from({ length: 40 }, (_, at) => `user:${at}`);
  const answers = keys.map((key) => [key, keyhomeJson(["explain", "-c", path, key])]);
  const [homeless] = answers.find(([, answer]) => answer.error?.code === "slot.uncovered");
  const [key, { place, index }] = answers.find(([, answer]) => answer.error === undefined);
  await page.getByLabel("Key", { exact: true }).fill(key);
  assert.equal((await way(page)).meets, `slot ${place.slot.toLocaleString("en-US")}`);
  const cell = [((place.slot % 128) + 0.5) / 128, (Math.floor(place.slot / 128) + 0.5) / 128];
  await isDrawn(page, ".ring-map", cell, index);
  await page.getByLabel("Key", { exact: true }).fill(homeless);
  await page.getByText("slot.uncovered").waitFor();
  assert.match(await saved(page, "SVG"), /^<svg [^]*<\/svg>$/);
});

test("lists, sums, one node, and none at all", async (t) => {
  const list = await opened(t, of("distribution: modula"));
  const answer = keyhomeJson(["explain", "-c", list.path, "user:1001"]);
  assert.equal((await way(list.page)).meets, `place ${answer.place.position} the remainder by ${answer.place.length}`);
  assert.deepEqual(await stretches(list.page), [0, 1, 2].map((at) => ({ first: at, last: at, node: `node-${at}` })));

  const sum = await opened(t, of("dialect: charsum"));
  const { place, node } = keyhomeJson(["explain", "-c", sum.path, "user:1001"]);
  const said = await way(sum.page);
  assert.equal(said.meets, `the remainder of ${place.sum} by ${place.nodes}`);
  assert.ok(said["lives on"].endsWith(node));

  const one = await opened(t, of("", 1));
  await one.page.getByText("nothing is hashed, and every key lives on it").waitFor();
  const none = await opened(t, of("distribution: random"));
  await none.page.getByText("placement.random").first().waitFor();
});

test("a ring of 160,000 points is looked at, and HTML in names is text", async (t) => {
  const names = Array.from({ length: 1000 }, (_, at) => (at === 7 ? "<b>node&7</b>" : `node-${at}`));
  const { page } = await opened(t, `p:\n  servers:\n${names.map((name, at) => `   - "10.0.${at >> 8}.${at & 255}:6379:1 ${name}"\n`).join("")}`);
  await page.getByText("160,000 points").waitFor();
  assert.equal(await page.locator(".ring-nodes b").count(), 0);
  const drawn = await stretches(page);
  // A few of the points are equal, and one of two such owns nothing.
  assert.ok(drawn.length > 159_900 && drawn.length <= 160_000, String(drawn.length));
  await page.getByRole("button", { name: "The ring", exact: true }).click();
  const places = Array.from({ length: 40 }, (_, at) => [(at + 0.5) / 40, 0.5]);
  const colours = async () => new Set(await Promise.all(places.map((place) => colourAt(page, ".strip", place))));
  await waitUntil(async () => (await colours()).size > 8, "many nodes are seen");
  const svg = await saved(page, "SVG");
  assert.ok(svg.includes("&lt;b&gt;node&amp;7&lt;/b&gt;"));
  const parsed = await page.evaluate((svg) => new DOMParser().parseFromString(svg, "image/svg+xml").querySelector("parsererror"), svg);
  assert.equal(parsed, null);
  assert.equal((await saved(page, "PNG", "latin1")).slice(1, 4), "PNG");
});

test("a link leads to the same stretch and the same nodes", async (t) => {
  const { page } = await opened(t, TWEMPROXY);
  await page.getByRole("button", { name: "Zoom out" }).click();
  await page.getByRole("button", { name: "Forth" }).click();
  await page.getByRole("button", { name: "redis-3" }).click();
  const there = await lookedAt(page);
  const fragment = await linkWith(page, ({ alone }) => alone?.includes("redis-3"));
  const other = await open(t, { given: { config: TWEMPROXY, file: "pool.yml", pool: null }, fragment });
  assert.deepEqual(await lookedAt(other), there);
  assert.equal(await other.getByRole("button", { name: "redis-3" }).getAttribute("aria-pressed"), "true");
  // Another key is looked at where it falls.
  await other.getByLabel("Key", { exact: true }).fill("user:1002");
  assert.notDeepEqual(await lookedAt(other), there);
  assert.equal(await other.getByRole("button", { name: "The key" }).isVisible(), true);
});
