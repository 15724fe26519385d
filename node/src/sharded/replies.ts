// Many replies become one, in the way that the core's table names.

import type { CommandRoute, Node } from "../index.js";

/** The reply of one node. */
export interface NodeReply {
  readonly node: Node;
  /** Its keys, by their place among those of the whole command. */
  readonly places: readonly number[];
  readonly reply: unknown;
}

/**
 * One reply out of many, each of which is a success. There is at least one.
 *
 * Replies that stay apart (`per_node`: INFO, SLOWLOG GET) come node by node: texts one after the other, each after a line
 * that names its node; lists of entries put together; anything else as a list of one each.
 */
export function merged(merge: CommandRoute["merge"], replies: readonly NodeReply[]): unknown {
  const values = replies.map(({ reply }) => reply);
  switch (merge) {
    case "sum":
      return values.reduce((a, b) => elementwise(a, b, add));
    case "min":
      return values.reduce((a, b) => elementwise(a, b, least));
    case "and":
      return values.reduce((a, b) => elementwise(a, b, both));
    case "first":
      return values.find((value) => value !== null) ?? null;
    case "union":
      return values.flat();
    case "by_key":
      return byKey(replies);
    case "per_node":
      return perNode(replies);
    // `all_ok`, `one_ok`, and what was asked of one node.
    default:
      return values[0];
  }
}

function byKey(replies: readonly NodeReply[]): unknown[] {
  const all: unknown[] = [];
  for (const { places, reply } of replies) {
    places.forEach((place, at) => {
      all[place] = (reply as unknown[])[at];
    });
  }
  return all;
}

function perNode(replies: readonly NodeReply[]): unknown {
  const values = replies.map(({ reply }) => reply);
  if (values.every((value) => Array.isArray(value) && value.every((entry) => Array.isArray(entry)))) return values.flat();
  if (values.every((value) => typeof value === "string")) {
    return replies.map(({ node, reply }) => `# ${node.name} ${node.address}\r\n${reply as string}`).join("\r\n");
  }
  if (values.every((value) => Buffer.isBuffer(value))) {
    const texts = replies.map(({ node, reply }, at) => {
      const title = Buffer.from(`${at > 0 ? "\r\n" : ""}# ${node.name} ${node.address}\r\n`);
      return Buffer.concat([title, reply as Buffer]);
    });
    return Buffer.concat(texts);
  }
  return values;
}

type Whole = number | bigint;

/** Applies to numbers, and to those at the same places of lists. */
function elementwise(a: unknown, b: unknown, apply: (a: Whole, b: Whole) => Whole): unknown {
  if (Array.isArray(a) && Array.isArray(b)) return a.map((value, at) => elementwise(value, b[at], apply));
  if (typeof a === "number" && typeof b === "number") return apply(a, b);
  // Clients can be told to give numbers as text.
  const [x, y] = [BigInt(String(a)), BigInt(String(b))];
  const result = apply(x, y);
  return typeof a === "bigint" ? result : String(result);
}

const add = (a: Whole, b: Whole) => (typeof a === "number" ? a + (b as number) : a + (b as bigint));
const least = (a: Whole, b: Whole) => (a < b ? a : b);
const both = (a: Whole, b: Whole) => (typeof a === "number" ? Number(a && b) && 1 : a && b ? 1n : 0n);
