// The shapes of answers. Names are those of `keyhome --json` and of every other language.

/** A place where keys live: a server of a pool, or a primary of a cluster. */
export interface Node {
  /** What the ring hashes and what people call it. Unique in its pool. */
  readonly name: string;
  /** `host:port`, or the path of a unix socket. */
  readonly address: string;
  /** At least 1. */
  readonly weight: number;
  /** Where it stands, for `read_from: nearest`. */
  readonly zone: string | null;
  /** Copies that may serve reads. */
  readonly replicas: readonly Replica[];
}

/** A copy of a node that may serve reads. */
export interface Replica {
  /** `host:port`, or the path of a unix socket. */
  readonly address: string;
  /** Where it stands. */
  readonly zone: string | null;
}

/** A name for a copy of a key. */
export interface KeyCopy {
  /** The index of the node on which the name lives. */
  readonly index: number;
  /** The name: a key of its own, to be written and read like any other. */
  readonly key: string | Uint8Array;
}

/** A count of hash values. Beyond 2^53 it is a text of hexadecimal digits, lower case, without a prefix. */
export type Share = number | string;

/** Each step from a key to its home. A member whose bytes are not UTF-8 is called `..._hex` and has hexadecimal digits. */
export interface Explanation {
  /** The key. */
  readonly key?: string;
  readonly key_hex?: string;
  /** The dialect of the pool. */
  readonly dialect: string;
  /** The hash tag, where the rule has found one. */
  readonly tag?: string | null;
  readonly tag_hex?: string;
  /** What is hashed; null in a pool of one node, where nothing is. */
  readonly hashed?: string | null;
  readonly hashed_hex?: string;
  /** The hash function and the value that it gave. */
  readonly hash: { readonly algorithm: string; readonly value: Share } | null;
  /** How the node follows. */
  readonly place: Step;
  /** The home's name. */
  readonly node: string;
  /** Its index in `nodes`. */
  readonly index: number;
  /** Its address. */
  readonly address: string;
  /** The name of the node that has the key when this one is taken away; null: nobody. */
  readonly next: string | null;
}

/** How a node follows from a hash. */
export type Step =
  /** The pool has one node: nothing is hashed. */
  | { readonly by: "only_node" }
  /** The point of the ring that the hash meets, the text that it was made from, and which of all points it is. */
  | {
      readonly by: "point";
      readonly point: Share;
      readonly label: string;
      readonly position: number;
      readonly points: number;
    }
  /** The hash modulo the length of modula's list. */
  | { readonly by: "list"; readonly position: number; readonly length: number }
  /** The slot. */
  | { readonly by: "slot"; readonly slot: number }
  /** The sum of UTF-16 code units, taken modulo the number of live nodes. */
  | { readonly by: "sum"; readonly sum: number; readonly nodes: number };

/**
 * Which positions are whose: entry `i` ends with the position `ends[i]`, which belongs to it, and begins behind the one
 * before it, the first at 0. All of it is that of the node `owners[i]`.
 *
 * A ring has an entry for each of its points, also beside another of the same node, and `place.position` of
 * {@link Explanation} is the entry of the point that a key meets; what lies behind the last point is the first one's. A
 * point that equals the one before it, as some dialects have them, owns nothing. An entry ends with the highest hash that
 * meets the point: in dialects that search for the first point above a hash, which twemproxy does not, that is one less
 * than the point's own value. Of values of 128 bits, the highest 32 are shown.
 */
export interface Arcs {
  /** What positions are. */
  readonly by: Positions;
  /** How many positions there are: 2^32 on a ring, the sum of the weights in a list, 16384 slots. */
  readonly size: number;
  /** The last position of each entry, never falling. */
  readonly ends: Uint32Array;
  /** The index of the node of each entry; 4294967295, which no node has, for slots that nobody owns. */
  readonly owners: Uint32Array;
}

/**
 * Hash values (`ring`); places in modula's list, which are hashes modulo its length (`list`); slots of Redis Cluster; sums
 * of UTF-16 code units modulo the number of live nodes (`sum`); or one, where there is one node and nothing is hashed.
 */
export type Positions = "ring" | "list" | "slots" | "sum" | "only_node";

/** How many of the values that the key hash can give each node owns. */
export interface Balance {
  /** How many values there are; null for what has no exact shares: charsum and random. */
  readonly range: Share | null;
  /** The nodes in the order of the config. */
  readonly shares: readonly { readonly node: string; readonly share: Share | null }[];
  /** Slots that nobody owns; only in redis-cluster. */
  readonly uncovered?: Share;
}

/** What changing from one router to another moves. Nodes pair by name. */
export type Diff = ExactDiff | InexactDiff;

/** Every value of the key hash, counted once. */
export interface ExactDiff {
  readonly exact: true;
  /** How many values there are. */
  readonly range: Share;
  /** What moves, sorted by names; null is "nobody has the slot". */
  readonly moves: readonly { readonly from: string | null; readonly to: string | null; readonly share: Share }[];
  /** What stays where it is. */
  readonly stays: Share;
  readonly addresses: readonly AddressChange[];
}

/** Routers that differ in hash, sign, tag rule or way of placing: only keys can tell what moves. */
export interface InexactDiff {
  readonly exact: false;
  readonly addresses: readonly AddressChange[];
}

/** A node that both sides have, at different addresses. */
export interface AddressChange {
  readonly node: string;
  readonly old: string;
  readonly new: string;
}
