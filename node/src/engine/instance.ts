// The instance of WebAssembly that runs, and what becomes of it when a call goes wrong.

import { type ErrorCode, KeyhomeError } from "../error.js";
import { type Input, open, reopen } from "./input.js";

/**
 * The calls that cross as numbers: see `bindings/wasm-hot`. A key or word of that length was written into the input; -1 is
 * no word. What {@link done} is asked about answers -1 where it is refused.
 */
const CALLS = {
  slot: (_length: number): number => refuse(),
  /** -1: without a home, and the slow way says why. */
  index: (_router: number, _length: number): number => refuse(),
  /** Whether there is memory for so many bytes; after it there is. */
  reserve: (_bytes: number): number => refuse(),
  /** -1: all words have to be looked at. */
  hot_command_keys: (_length: number, _words: number): number => refuse(),
  hot_update: (_health: number, _now: number): number => refuse(),
  hot_admit: (_health: number, _index: number, _now: number): number => refuse(),
  hot_report: (_health: number, _index: number, _length: number, _now: number): number => refuse(),
  /** -1: there is none. */
  hot_next_check: (_health: number): number => refuse(),
  hot_is_live: (_health: number, _index: number): number => refuse(),
  hot_live: (_health: number): number => refuse(),
  hot_is_all_gone: (_health: number): number => refuse(),
  hot_choose: (_set: number, _dice: number, _now: number, _length: number): number => refuse(),
  hot_sent: (_set: number, _endpoint: number, _now: number): number => refuse(),
  hot_done: (_set: number, _endpoint: number, _latency: number, _now: number): number => refuse(),
  hot_failed: (_set: number, _endpoint: number, _now: number): number => refuse(),
  hot_released: (_set: number, _endpoint: number, _now: number): number => refuse(),
  hot_set_up: (_set: number, _endpoint: number, _up: number): number => refuse(),
  hot_is_up: (_set: number, _endpoint: number): number => refuse(),
  hot_in_flight: (_set: number, _endpoint: number): number => refuse(),
  /** -1: none is known. */
  hot_latency: (_set: number, _endpoint: number): number => refuse(),
  hot_count: (_set: number): number => refuse(),
  hot_record: (_keys: number, _length: number, _now: number, _count: number): number => refuse(),
  hot_advance: (_keys: number, _now: number): void => refuse(),
};

export type Hot = typeof CALLS;

/** Not there yet; ready; or stopped for good. */
let state: "absent" | "ready" | KeyhomeError = "absent";
export let hot: Hot = CALLS;

/** Throws why a call was refused. */
let failure: () => void = refuse;

/** Makes an instance the one that runs. */
export function start(exports: Hot & Input, why: () => void): void {
  // A plain object: properties of the exports themselves are slow to read.
  hot = Object.fromEntries(Object.keys(CALLS).map((name) => [name, exports[name as keyof Hot]])) as unknown as Hot;
  failure = why;
  state = "ready";
  open(exports);
}

/** Throws why a call was refused, if it was. */
export function done(answer: number): number {
  if (answer < 0) guard(failure);
  return answer;
}

/** What there is room for, or else nothing goes at all. */
const LARGE = 2 ** 20;

/**
 * Runs a call that may fail, and that may make the memory grow.
 *
 * @param room - how many bytes the call takes, as far as that follows from what it is given. An instance that finds no
 *   memory within a call stops for good, so what is large is asked for first.
 */
export function guard<R>(call: () => R, room = 0): R {
  if (state !== "ready") refuse();
  try {
    if (room > LARGE && !(room < 2 ** 31 && hot.reserve(room))) {
      throw new KeyhomeError("engine.failure", `WebAssembly finds no memory for ${room} bytes`);
    }
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
