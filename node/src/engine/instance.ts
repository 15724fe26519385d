// The instance of WebAssembly that runs, and what becomes of it when a call goes wrong.

import { ask as askCore } from "../../build/wasm/keyhome.js";
import { type ErrorCode, KeyhomeError } from "../error.js";
import { Asked } from "./asked.js";
import { type Input, open, reopen } from "./input.js";
import type { Packed } from "./pack.js";

/**
 * The calls that cross as numbers: see `bindings/wasm-hot`. A key or word of that length was written into the input; -1 is
 * no word. What {@link done} is asked about answers -1 where it is refused.
 */
export interface Hot {
  slot(length: number): number;
  /** -1: without a home, and the slow way says why. */
  index(router: number, length: number): number;
  /** Whether there is memory for so many bytes; after it there is. */
  reserve(bytes: number): number;
  /** -1: all words have to be looked at. */
  hot_command_keys(length: number, words: number): number;
  hot_update(health: number, now: number): number;
  hot_admit(health: number, index: number, now: number): number;
  hot_report(health: number, index: number, length: number, now: number): number;
  /** -1: there is none. */
  hot_next_check(health: number): number;
  hot_is_live(health: number, index: number): number;
  hot_live(health: number): number;
  hot_is_all_gone(health: number): number;
  hot_choose(set: number, dice: number, now: number, length: number): number;
  hot_sent(set: number, endpoint: number, now: number): number;
  hot_done(set: number, endpoint: number, latency: number, now: number): number;
  hot_failed(set: number, endpoint: number, now: number): number;
  hot_released(set: number, endpoint: number, now: number): number;
  hot_set_up(set: number, endpoint: number, up: number): number;
  hot_is_up(set: number, endpoint: number): number;
  hot_in_flight(set: number, endpoint: number): number;
  /** -1: none is known. */
  hot_latency(set: number, endpoint: number): number;
  hot_count(set: number): number;
  hot_record(keys: number, length: number, now: number, count: number): number;
  hot_advance(keys: number, now: number): void;
}

/** What they are without an instance. */
const CALLS: Hot = {
  slot: refuse,
  index: refuse,
  reserve: refuse,
  hot_command_keys: refuse,
  hot_update: refuse,
  hot_admit: refuse,
  hot_report: refuse,
  hot_next_check: refuse,
  hot_is_live: refuse,
  hot_live: refuse,
  hot_is_all_gone: refuse,
  hot_choose: refuse,
  hot_sent: refuse,
  hot_done: refuse,
  hot_failed: refuse,
  hot_released: refuse,
  hot_set_up: refuse,
  hot_is_up: refuse,
  hot_in_flight: refuse,
  hot_latency: refuse,
  hot_count: refuse,
  hot_record: refuse,
  hot_advance: refuse,
};

/** Not there yet; ready; or stopped for good. */
let state: "absent" | "ready" | KeyhomeError = "absent";
export let hot: Hot = CALLS;

/** Makes an instance the one that runs. */
export function start(exports: Hot & Input): void {
  // A plain object: properties of the exports themselves are slow to read.
  hot = Object.fromEntries(Object.keys(CALLS).map((name) => [name, exports[name as keyof Hot]])) as unknown as Hot;
  state = "ready";
  open(exports);
}

/** Throws why a call was refused, if it was. */
export function done(answer: number): number {
  if (answer < 0) ask(Asked.failure);
  return answer;
}

/** What there is room for, or else nothing goes at all. */
const LARGE = 2 ** 20;

const nothing: Uint8Array = new Uint8Array(0);
const noOffsets: Uint32Array = new Uint32Array(0);

type Numbers = readonly (number | undefined)[];

/**
 * Asks the core: see `bindings/wasm/src/ask.rs`.
 *
 * @param object - whom
 * @param words - keys or words, one behind the other; or indexes as offsets
 * @param numbers - up to five whole numbers from 0; one that is undefined is left out
 * @param times - how much more memory than the words themselves it takes to answer
 */
export function ask(
  what: Asked,
  object?: Held,
  { bytes = nothing, offsets = noOffsets }: Partial<Packed> = {},
  numbers: Numbers = [],
  times = 1,
): Uint8Array {
  // The words, and what is said about each of them: where it ends, its home, its place in a group.
  const room = times * bytes.length + 16 * offsets.length;
  return guard(() => {
    // An instance that finds no memory within a call stops for good, so what is large is asked for first.
    if (room > LARGE && !(room < 2 ** 31 && hot.reserve(room))) {
      throw new KeyhomeError("engine.failure", `WebAssembly finds no memory for ${room} bytes`);
    }
    return answered(what, object?.address ?? 0, bytes, offsets, numbers);
  });
}

/** What an instance answers, whatever its state. The last byte says whether it is a failure, which is thrown as its text. */
export function answered(
  what: Asked,
  address = 0,
  bytes = nothing,
  offsets = noOffsets,
  [a = NaN, b = NaN, c = NaN, d = NaN, e = NaN]: Numbers = [],
): Uint8Array {
  const all = askCore(what, address, bytes, offsets, a, b, c, d, e);
  const answer = all.subarray(0, -1);
  if (all[answer.length] !== 0) throw asText(answer);
  return answer;
}

const decoder = new TextDecoder();

/** An answer that is a text. */
export const asText = (answer: Uint8Array): string => decoder.decode(answer);

/** An answer that is numbers. It lies at the beginning of a buffer of its own. */
export const asNumbers = ({ buffer, length }: Uint8Array): Uint32Array =>
  new Uint32Array(buffer as ArrayBuffer, 0, length >> 2);

/** The same of 64 bits. */
export const asDoubles = ({ buffer, length }: Uint8Array): Float64Array =>
  new Float64Array(buffer as ArrayBuffer, 0, length >> 3);

/** Lets go of what nobody refers to any more. Where there is no such registry it stays. */
const registry =
  typeof FinalizationRegistry === "undefined"
    ? undefined
    : new FinalizationRegistry(({ free, address }: { free: Asked; address: number }) => {
        if (state === "ready") ask(free, { address } as Held);
      });

/** An object inside the instance, for as long as somebody refers to this. */
export class Held {
  readonly address: number;

  /**
   * @param free - asks to let go of an object of its kind
   * @param answer - its address
   */
  constructor(free: Asked, answer: Uint8Array) {
    this.address = asNumbers(answer)[0]!;
    registry?.register(this, { free, address: this.address });
  }
}

/** Runs a call that may fail, and that may make the memory grow. */
export function guard<R>(call: () => R): R {
  if (state !== "ready") refuse();
  try {
    return call();
  } catch (error) {
    throw translated(error);
  } finally {
    reopen();
  }
}

/**
 * The error that a call threw. The core's own come as JSON text. Anything else, such as a trap or a stack that is too
 * deep, left a call half done: the instance is never called again, so that nothing is answered from a broken state.
 */
export function translated(error: unknown): KeyhomeError {
  if (error instanceof KeyhomeError) return error;
  if (typeof error === "string") {
    const { code, message, line, column, position } = JSON.parse(error) as Failure;
    return new KeyhomeError(code, message, line, column, position);
  }
  const message = `the WebAssembly instance has stopped (${String(error)}); load keyhome anew`;
  state = new KeyhomeError("engine.failure", message, undefined, undefined, undefined, error);
  hot = CALLS;
  return state;
}

interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  readonly position?: number;
}

function refuse(): never {
  throw state instanceof KeyhomeError ? state : new KeyhomeError("engine.unavailable", "call `await init()` first");
}
