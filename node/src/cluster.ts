// Replies of CLUSTER SLOTS and CLUSTER SHARDS, as client libraries hand them over, on their way to the engines: as JSON.

import { guarded, isBytes } from "./arguments.js";
import { KeyhomeError } from "./error.js";

/**
 * What a Redis client hands over as the reply of `CLUSTER NODES` (text), `CLUSTER SLOTS` (arrays) or `CLUSTER SHARDS`
 * (arrays; in RESP3 maps or objects). Bytes stand for text, as with clients that return Buffers.
 */
export type ClusterReply =
  | string
  | number
  | bigint
  | Uint8Array
  | null
  | undefined
  | readonly ClusterReply[]
  | ReadonlyMap<ClusterReply, ClusterReply>
  | { readonly [key: string]: ClusterReply };

/** Replies are not nested deeper than this by half; an object that contains itself is. */
const DEEPEST = 32;

/** The text of a reply that is one, in bytes or not. */
export function clusterText(reply: unknown): string | undefined {
  return typeof reply === "string" ? reply : isBytes(reply) ? decoded(reply) : undefined;
}

/** No reply has more values: each of 16,384 slots by itself, with a hundred replicas. Few objects can be many values. */
const MOST = 2 ** 23;

/** The reply as JSON text. Keys of maps keep their order and may repeat, so that the core sees what the server said. */
export function clusterJson(reply: unknown): string {
  return guarded("cluster.reply", "the reply", () => json(reply, { depth: 0, count: 0 }));
}

/** Where in the reply a value stands: how deep, and behind how many others. */
interface Place {
  depth: number;
  count: number;
}

function json(value: unknown, at: Place): string {
  if (at.depth > DEEPEST) throw unreadable("it is nested too deep");
  if (++at.count > MOST) throw unreadable("it is longer than any of a cluster");
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      if (!Number.isSafeInteger(value)) throw unreadable(`it has the number ${value}, which is not whole`);
      return String(value);
    case "bigint":
      return String(value);
    case "undefined":
      return "null";
    case "object": {
      if (value === null) return "null";
      at.depth++;
      const text = jsonOfObject(value, at);
      at.depth--;
      return text;
    }
    default:
      throw unreadable(`it has a ${typeof value}`);
  }
}

function jsonOfObject(value: object, at: Place): string {
  if (isBytes(value)) return JSON.stringify(decoded(value));
  if (Array.isArray(value)) return `[${Array.from(value, (item) => json(item, at)).join(",")}]`;
  const isMap = Object.prototype.toString.call(value) === "[object Map]";
  const entries: [unknown, unknown][] = isMap ? Array.from(value as Map<unknown, unknown>) : Object.entries(value);
  const members = entries.map(([key, item]) => {
    const name = clusterText(key);
    if (name === undefined) throw unreadable("a map has a key that is not text");
    return `${JSON.stringify(name)}:${json(item, at)}`;
  });
  return `{${members.join(",")}}`;
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unreadable("it has bytes that are not UTF-8");
  }
}

function unreadable(reason: string): KeyhomeError {
  return new KeyhomeError("cluster.reply", `the reply cannot be read: ${reason}`);
}
