// The instance of WebAssembly that runs, and what becomes of it when a call goes wrong.

import { type ErrorCode, KeyhomeError } from "../error.js";
import { type Input, open, reopen } from "./input.js";

/**
 * The calls that are made once a key or once a request: see `bindings/wasm-hot`. A key or word of that length was written
 * into the input. -1: refused, and the same call the slow way says why.
 */
export interface Hot {
  slot(length: number): number;
  index(address: number, length: number): number;
  /** Whether there is memory for so many bytes; after it there is. */
  reserve(bytes: number): number;
  hot_command_keys(length: number, words: number): number;
  hot_update(address: number, now: number): number;
  hot_admit(address: number, index: number, now: number): number;
  hot_report(address: number, index: number, length: number, now: number): number;
  hot_choose(address: number, dice: number, now: number): number;
  hot_sent(address: number, endpoint: number, now: number): number;
  hot_done(address: number, endpoint: number, latency: number, now: number): number;
  hot_record(address: number, length: number, now: number, count: number): number;
}

const refusing: Hot = {
  slot: refuse,
  index: refuse,
  reserve: refuse,
  hot_command_keys: refuse,
  hot_update: refuse,
  hot_admit: refuse,
  hot_report: refuse,
  hot_choose: refuse,
  hot_sent: refuse,
  hot_done: refuse,
  hot_record: refuse,
};

/** Not there yet; ready; or stopped for good. */
let state: "absent" | "ready" | KeyhomeError = "absent";
export let hot: Hot = refusing;

/** Makes an instance the one that runs. */
export function start(exports: Hot & Input): void {
  // A plain object: properties of the exports themselves are slow to read.
  hot = Object.fromEntries(Object.keys(refusing).map((name) => [name, exports[name as keyof Hot]])) as unknown as Hot;
  state = "ready";
  open(exports);
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
  hot = refusing;
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
