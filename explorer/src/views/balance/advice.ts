// What somebody should know about how keys spread over a pool, in the words of `keyhome balance`.

import type { Balance, Explanation, Router } from "keyhome";
import { shareNumber } from "../../drawing/numbers.ts";
import { HASHES } from "../../pool/hashes.ts";
import { ask } from "../../pool/reading.ts";
import type { PoolCount } from "../../work/protocol.ts";
import { NOBODY, homes } from "../../work/homes.ts";
import { packTexts } from "../../work/packed.ts";
import { skewed } from "./skew.ts";

/** As `keyhome balance --json` gives it. */
export interface Advice {
  readonly kind: string;
  readonly text: string;
  readonly nodes: readonly string[];
}

/** Names in one sentence, at most; the rest is counted. */
const NAMED = 5;

const ALL_OF_32_BITS = 2 ** 32;

/** About the pool, most telling first. */
export function adviceOf(router: Router): Advice[] {
  const balance = router.balance();
  const { answer, error } = ask(() => router.explain("user:0"));
  const by = answer?.place.by;
  const checks = [
    error?.code === "placement.random" ? NO_HOME : undefined,
    uncoveredSlots(balance),
    answer === undefined ? undefined : narrowHash(balance, answer.place, answer.hash?.algorithm ?? ""),
    by === "point" ? noPoints(balance) : undefined,
    answer?.hash && (by === "point" || by === "list") && balance.range === ALL_OF_32_BITS
      ? clusteredKeys(router, balance, answer.dialect, answer.hash.algorithm)
      : undefined,
    answer === undefined ? undefined : roundedPoints(router, answer),
    by === "point" ? unevenShares(router, balance) : undefined,
    by === "list" || by === "sum" ? FRAGILE_LIST : undefined,
  ];
  return checks.filter((advice) => advice !== undefined);
}

/** About a sample of keys. */
export function adviceOfSample(router: Router, keys: number, { balance, counts }: PoolCount): Advice[] {
  const found = skewed(balance, counts, keys).toSorted((a, b) => b.factor - a.factor);
  if (found.length === 0) return [];
  const { answer } = ask(() => router.explain("user:0"));
  const more = found.length - NAMED;
  const rest = more > 0 ? ` and ${more} more` : "";
  return [
    {
      kind: "skewed_sample",
      text:
        `These keys do not spread as their hash values would: ${factors(found)}${rest} times what the share says. The ` +
        `hash \`${answer?.hash?.algorithm ?? ""}\` clusters such keys, or many of them share a hash tag.`,
      nodes: found.map(({ node }) => node),
    },
  ];
}

const NO_HOME: Advice = {
  kind: "no_home",
  text:
    "The distribution is `random`: any key may be on any server, so nobody can say where one lives, and a key that was " +
    "written is found by chance only.",
  nodes: [],
};

const FRAGILE_LIST: Advice = {
  kind: "fragile_list",
  text:
    "Keys are placed by a remainder: adding, removing or ejecting a server moves nearly all of them. See it with " +
    "`keyhome diff`; a ring moves only the part of the server that comes or goes.",
  nodes: [],
};

function uncoveredSlots({ range, uncovered }: Balance): Advice | undefined {
  if (range === null || uncovered === undefined || uncovered === 0) return undefined;
  const percent = ((100 * shareNumber(uncovered)) / shareNumber(range)).toFixed(2);
  return {
    kind: "uncovered_slots",
    text: `${uncovered} of ${range} slots are nobody's (${percent} %): keys there can be neither read nor written.`,
    nodes: [],
  };
}

/** twemproxy's crc32 has 15 bits: on a ring of 2^32 it meets the first points only. */
function narrowHash({ range, shares }: Balance, place: { by: string; points?: number }, hash: string): Advice | undefined {
  if (place.by !== "point" || range === null || shareNumber(range) >= ALL_OF_32_BITS) return undefined;
  const reached = shares.filter(({ share }) => share !== null && share !== 0).map(({ node }) => node);
  return {
    kind: "narrow_hash",
    text:
      `The hash \`${hash}\` has only ${range} values, at the very start of a ring of ${place.points} points over 2^32: ` +
      `all keys live on ${list(reached)}. Use this hash with modula, or another hash with the ring.`,
    nodes: reached,
  };
}

/** On a whole ring a node without a share is one without points. */
function noPoints({ range, shares }: Balance): Advice | undefined {
  if (range === null || shareNumber(range) < ALL_OF_32_BITS) return undefined;
  const nodes = shares.filter(({ share }) => share === 0).map(({ node }) => node);
  if (nodes.length === 0) return undefined;
  return {
    kind: "no_points",
    text:
      `${nodes.length === 1 ? `${list(nodes)} is` : `${list(nodes)} are`} so light beside the others that rounding leaves 0 ` +
      "points on the ring: no key will ever live there. Raise the weight, or lower the others'.",
    nodes,
  };
}

/** The dialects that mean to give each of equal servers 160 points. */
const POINTS = 160;
const RINGS_OF_160 = ["twemproxy", "libketama"];

/** twemproxy's arithmetic gives 25 equal servers 156 points each, where others give 160. */
function roundedPoints({ nodes }: Router, { dialect, place }: Explanation): Advice | undefined {
  if (place.by !== "point" || nodes.length < 2 || !RINGS_OF_160.includes(dialect)) return undefined;
  const points = place.points / nodes.length;
  if (points >= POINTS || nodes.some(({ weight }) => weight !== nodes[0]?.weight)) return undefined;
  return {
    kind: "rounded_points",
    text:
      `Rounding gives each of the ${nodes.length} equal servers ${points} points, not ${POINTS}, as ${dialect} does with ` +
      `this many. That is how it has to be for the same placement; a client that makes ${POINTS} places some keys ` +
      "elsewhere, and with one server more or fewer keys move between servers that stay.",
    nodes: [],
  };
}

/** Tried, not looked up: counted-up keys, 50 a node, show what the hash does with these very nodes. */
function clusteredKeys(router: Router, balance: Balance, dialect: string, hash: string): Advice | undefined {
  const count = Math.min(Math.max(50 * router.nodes.length, 1000), 100_000);
  const counts = new Uint32Array(router.nodes.length);
  for (const index of homes(router, packTexts(Array.from({ length: count }, (_, number) => `user:${number}`)))) {
    if (index !== NOBODY) counts[index]! += 1;
  }
  const found = skewed(balance, counts, count);
  if (found.length === 0) return undefined;
  const most = router.nodes
    .map(({ name }, index) => ({ name, keys: counts[index] ?? 0 }))
    .toSorted((a, b) => b.keys - a.keys || (a.name < b.name ? 1 : -1));
  const without = most.filter(({ keys }) => keys === 0).length;
  const top = most.slice(0, 3).filter(({ keys }) => keys > 0);
  const none = without === 0 ? "" : without === 1 ? ", none on one server" : `, none on ${without} servers`;
  return {
    kind: "clustered_keys",
    text:
      `The hash \`${hash}\` puts keys that differ in their last characters side by side: of \`user:0\` to ` +
      `\`user:${count - 1}\` there are ${top.map(({ name, keys }) => `${keys} on \`${name}\``).join(", ")}${none}.` +
      (dialect in HASHES ? " `murmur`, `md5` or `jenkins` would spread them; changing the hash moves keys." : ""),
    nodes: found.map(({ node }) => node),
  };
}

function unevenShares({ nodes }: Router, { range, shares }: Balance): Advice | undefined {
  if (nodes.length < 2 || range === null || shareNumber(range) < ALL_OF_32_BITS) return undefined;
  const total = nodes.reduce((sum, { weight }) => sum + weight, 0);
  const uneven = shares
    .map(({ node, share }, index) => ({
      node,
      factor: shareNumber(share ?? 0) / shareNumber(range) / ((nodes[index]?.weight ?? 1) / total),
    }))
    .filter(({ factor }) => factor > 0 && (factor < 0.75 || factor > 4 / 3))
    .toSorted((a, b) => b.factor - a.factor);
  if (uneven.length === 0) return undefined;
  const more = uneven.length > NAMED ? ` and ${uneven.length - NAMED} more` : "";
  return {
    kind: "uneven_shares",
    text:
      `The ring gives some servers much more or less than their weight asks for: ${factors(uneven)}${more} times their ` +
      "part. That is chance in so few points; names that differ, or more points where the dialect has an option, change it.",
    nodes: uneven.map(({ node }) => node),
  };
}

function factors(of: readonly { readonly node: string; readonly factor: number }[]): string {
  const shown = of.slice(0, NAMED);
  return shown.map(({ node, factor }) => `\`${node}\` ${factor.toFixed(2)}`).join(", ");
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).map((name) => `\`${name}\``);
  return names.length > NAMED ? `${shown.join(", ")} and ${names.length - NAMED} more` : shown.join(", ");
}
