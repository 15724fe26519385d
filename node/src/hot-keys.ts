// The hottest keys of a stream.

import { count, isBytes, members, naturalNumber, plainBytes, time, wrongType } from "./arguments.js";
import type { EngineHotKeys } from "./engine.js";
import { engine } from "./engine/current.js";
import type { Key } from "./key.js";
import { keysOf } from "./shown-key.js";

/** How a summary of hot keys is made. */
export interface HotKeysOptions {
  /** The number of counters, 1 to 4096; 256 unless said. Each takes some 240 bytes. */
  readonly capacity?: number | undefined;
  /** Microseconds between two halvings of all counts; 0, for never, unless said. Windows begin at its multiples. */
  readonly window?: number | undefined;
}

/** What is known of the count of a key. */
export interface Estimate {
  /** It was counted at most so often. */
  readonly count: number;
  /** The count is too high by at most this. */
  readonly error: number;
}

/** A key and what is known of its count. */
export interface HotKey extends Estimate {
  /** The key, bytes where it is not UTF-8; of one longer than 128 bytes the first 120 only. */
  readonly key: string | Uint8Array;
  /** The length of the whole key in bytes. */
  readonly length: number;
}

/**
 * The hottest keys of a stream, in memory that is allocated once, with bounds on every count: a count is never too low, and
 * too high by at most `error`. Summaries of several processes, in any language, can be merged.
 *
 * Times (`now`) are whole microseconds, 0 to 2^53 - 1; one before the latest seen counts as the latest. Counts are whole
 * numbers up to 2^53 - 1, and stay there.
 *
 * @example
 * ```ts
 * import { HotKeys } from "keyhome";
 *
 * const hot = new HotKeys({ capacity: 64, window: 10_000_000 });
 * const now = 1_700_000_000_000_000; // in a program: Date.now() * 1000
 * for (let user = 0; user < 1000; user++) {
 *   hot.record("feed:home", now);
 *   hot.record(`user:${user}`, now);
 * }
 * hot.top(1); // => [{ key: "feed:home", length: 9, count: 1000, error: 0 }]
 * HotKeys.fromBytes(hot.toBytes()).total; // => 2000
 * ```
 */
export class HotKeys {
  readonly #keys: EngineHotKeys;

  /**
   * An empty summary.
   *
   * @throws KeyhomeError `argument.range`, `argument.type`
   */
  constructor(given: HotKeysOptions = {}) {
    if (given === MADE) {
      this.#keys = made!;
      return;
    }
    const { capacity, window } = members(given, "the options", ["capacity", "window"]);
    const number = (value: unknown, what: string) => (value === undefined ? value : naturalNumber(value, what));
    this.#keys = engine().hotKeys(number(capacity, "capacity"), number(window, "window"));
  }

  /**
   * The summary that {@link HotKeys.toBytes} gave, here or in another process.
   *
   * @throws KeyhomeError `hotkeys.bytes`, `argument.type`
   */
  static fromBytes(bytes: Uint8Array): HotKeys {
    if (!isBytes(bytes)) throw wrongType("the summary", "bytes", bytes);
    made = engine().hotKeysFromBytes(plainBytes(bytes));
    try {
      return new HotKeys(MADE);
    } finally {
      made = undefined;
    }
  }

  /**
   * Counts a key, `count` times at once. Who looks at every n-th key only records each with a count of n.
   *
   * @returns how often it was counted at least, which is 0 while it has no counter: to be compared with the count above
   *   which a key is hot
   * @throws KeyhomeError `key.encoding`, `key.type`, `argument.type`, `argument.range`
   */
  record(key: Key, now: number, count = 1): number {
    return this.#keys.record(key, time(now), naturalNumber(count, "the count"));
  }

  /**
   * Lets time pass without a key: halves the counts once for each window that began since.
   *
   * @throws KeyhomeError `argument.type`, `argument.range`
   */
  advance(now: number): void {
    this.#keys.advance(time(now));
  }

  /** The `n` keys of the highest counts, highest first; of equal counts the lesser key in the order of bytes first. */
  top(n: number): HotKey[] {
    return keysOf<HotKey>(this.#keys.top(count(n, "n")));
  }

  /**
   * What is known of the count of one key, whether it has a counter or not.
   *
   * @throws KeyhomeError `key.encoding`, `key.type`
   */
  estimate(key: Key): Estimate {
    const [count, error] = this.#keys.estimate(key);
    return { count: count!, error: error! };
  }

  /** How often keys were counted altogether. Every key that was counted more than `total / capacity` times has a counter. */
  get total(): number {
    return this.#keys.summary()[0]!;
  }

  /** No key without a counter was counted more often than this. */
  get floor(): number {
    return this.#keys.summary()[1]!;
  }

  /** The number of keys that have a counter. */
  get size(): number {
    return this.#keys.summary()[2]!;
  }

  /** The options that it was made with, defaults filled in. */
  get options(): Required<HotKeysOptions> {
    const [, , , capacity, window] = this.#keys.summary();
    return { capacity: capacity!, window: window! };
  }

  /**
   * Adds what another summary counted, as if this one had seen its stream as well.
   *
   * @throws KeyhomeError `hotkeys.merge` where their options differ; `argument.type`
   */
  merge(other: HotKeys): void {
    if (typeof other !== "object" || other === null || !(#keys in other)) {
      throw wrongType("the other summary", "a HotKeys", other);
    }
    this.#keys.merge(other.#keys);
  }

  /** The whole summary in a compact form, the same bytes in every language. */
  toBytes(): Uint8Array {
    return this.#keys.toBytes();
  }
}

/** What `fromBytes` hands to the constructor, which nobody else can. */
const MADE: HotKeysOptions = {};
let made: EngineHotKeys | undefined;
