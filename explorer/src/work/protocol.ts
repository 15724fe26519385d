// What the page asks its worker, and what the worker answers. A worker has one job at a time; to cancel is to end it.

import type { Balance } from "keyhome";

/** Where the keys of a job come from. */
export type KeySource =
  /** Lines of a file or of pasted text: a key is the bytes before a line feed, nothing trimmed. */
  | { readonly from: "lines"; readonly blob: Blob; readonly hex: boolean }
  /** A pattern such as `user:{0..999}`. */
  | { readonly from: "pattern"; readonly pattern: string }
  /** Keys that stand in for real ones where none were given: those of `keyhome diff`. */
  | { readonly from: "generated" };

/** A pool as text, which each side reads for itself: routers cannot be sent. */
export interface PoolText {
  readonly text: string;
  readonly pool: string;
  /** Names of nodes that are taken away: what if they die? */
  readonly gone?: readonly string[];
}

/** How many of the keys live on each node, of one pool or of several. */
export interface CountJob {
  readonly do: "count";
  readonly pools: readonly PoolText[];
  readonly keys: KeySource;
}

/** Which keys change hands. */
export interface MovesJob {
  readonly do: "moves";
  readonly old: PoolText;
  readonly new: PoolText;
  readonly keys: KeySource;
}

/** All keys that change hands, as CSV. */
export interface MovedKeysJob {
  readonly do: "moved keys";
  readonly old: PoolText;
  readonly new: PoolText;
  readonly keys: KeySource;
}

export type Job = CountJob | MovesJob | MovedKeysJob;

/** Keys of one pool. */
export interface PoolCount {
  /** By the index of the node. */
  readonly counts: Float64Array;
  /** Keys without a home. */
  readonly homeless: number;
  /** The exact shares of the nodes. */
  readonly balance: Balance;
}

/** What is said of all keys. */
export interface Counted {
  readonly keys: number;
  /** Keys that end in a carriage return, which belongs to the key: the file may have been written on Windows. */
  readonly carriageReturns: number;
}

export interface CountResult extends Counted {
  readonly pools: readonly PoolCount[];
}

/** A key that moves: text, or hexadecimal digits where it is not UTF-8. */
export interface MovedKey {
  readonly key: string;
  readonly hex: boolean;
}

/** Keys that change hands, by names; null: nobody has them. */
export interface Move {
  readonly from: string | null;
  readonly to: string | null;
  readonly keys: number;
  /** The first of them. */
  readonly examples: readonly MovedKey[];
}

export interface MovesResult extends Counted {
  /** Sorted by names. */
  readonly moves: readonly Move[];
  readonly stays: number;
}

export interface MovedKeysResult extends Counted {
  readonly csv: Blob;
}

export type ResultOf<J extends Job> = J extends CountJob
  ? CountResult
  : J extends MovesJob
    ? MovesResult
    : J extends MovedKeysJob
      ? MovedKeysResult
      : never;

export interface Progress {
  readonly keys: number;
  /** 0 to 1. */
  readonly part: number;
}

export type Answer =
  | { readonly progress: Progress }
  | { readonly result: ResultOf<Job> }
  | { readonly error: { readonly message: string; readonly code: string | undefined } };
