// WebAssembly as an engine. One instance for each copy of the package; in browsers there is none before `init()`.

import * as core from "../../build/wasm/keyhome.js";
import { guarded } from "../arguments.js";
import type { Engine, EngineRouter } from "../engine.js";
import { type ErrorCode, KeyhomeError } from "../error.js";
import type { Key } from "../key.js";
import { bytesOf, open, reopen, write } from "./input.js";
import { pack } from "./pack.js";

/** The calls that are made once a key; the key was written into the input. */
interface Hot {
  slot(length: number): number;
  /** -1: the key has no home. */
  index(address: number, length: number): number;
}

/** Not there yet; ready; or stopped for good. */
let state: "absent" | "ready" | KeyhomeError = "absent";
let hot: Hot = { slot: refuse, index: refuse };

/** Makes an engine of the module. */
export function wasmEngine(module: WebAssembly.Module): Engine {
  const exports = core.initSync({ module });
  // A plain object: properties of the exports themselves are slow to read.
  hot = { slot: exports.slot, index: exports.index };
  state = "ready";
  open(exports);
  return {
    name: "wasm",
    version: guard(() => core.version()),
    slot,
    slots: (keys) => slotsOf(pack(keys)),
    slotsPacked: (bytes, offsets) => slotsOf(checked(bytes, offsets)),
    fromConfig: (text, pool) => new WasmRouter(guard(() => core.Router.from_config(text, pool))),
    fromClusterText: (text) => new WasmRouter(guard(() => core.Router.from_cluster_text(text))),
    fromClusterJson: (json) => new WasmRouter(guard(() => core.Router.from_cluster_json(json))),
    catalogue: () => guard(() => core.catalogue()),
  };
}

export function slot(key: Key): number {
  const length = write(key);
  if (length < 0) return slotsOf(pack([key]))[0]!;
  return hot.slot(length); // it cannot trap: it allocates nothing, and has nothing to leave half done
}

function slotsOf({ bytes, offsets }: { bytes: Uint8Array; offsets: Uint32Array }): Uint16Array {
  return guard(() => core.slots_packed(bytes, offsets));
}

/** A router inside the instance. Its memory is freed when nobody refers to it, or to its `index`, any more. */
class WasmRouter implements EngineRouter {
  readonly #router: core.Router;
  readonly index: (key: Key) => number;

  constructor(router: core.Router) {
    this.#router = router;
    const address = router.address();
    this.index = (key) => {
      const length = write(key);
      if (length >= 0) {
        let home;
        try {
          home = hot.index(address, length);
        } catch (error) {
          throw translated(error);
        }
        if (home >= 0) return home;
      }
      // Too long for the input, or without a home, and this call says why. It also keeps the router alive.
      return guard(() => router.index(bytesOf(key)));
    };
  }

  indexes(keys: readonly Key[]): Uint32Array {
    const { bytes, offsets } = pack(keys);
    return guard(() => this.#router.indexes_packed(bytes, offsets));
  }

  indexesPacked(bytes: Uint8Array, offsets: Uint32Array): Uint32Array {
    const plain = checked(bytes, offsets);
    return guard(() => this.#router.indexes_packed(plain.bytes, plain.offsets));
  }

  group(keys: readonly Key[]): Uint32Array {
    const { bytes, offsets } = pack(keys);
    return guard(() => this.#router.group_packed(bytes, offsets));
  }

  successors(key: Key, n: number): Uint32Array {
    const bytes = bytesOf(key);
    return guard(() => this.#router.successors(bytes, n));
  }

  without(names: readonly string[]): EngineRouter {
    return new WasmRouter(guard(() => this.#router.without([...names])));
  }

  fingerprint(): string {
    return guard(() => this.#router.fingerprint());
  }

  nodes(): string {
    return guard(() => this.#router.nodes());
  }

  explain(key: Key): string {
    const bytes = bytesOf(key);
    return guard(() => this.#router.explain(bytes));
  }

  balance(): string {
    return guard(() => this.#router.balance());
  }

  diff(other: EngineRouter): string {
    return guard(() => this.#router.diff((other as WasmRouter).#router));
  }
}

/** Runs a call that may fail, and that may make the memory grow. */
function guard<R>(call: () => R): R {
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
function translated(error: unknown): KeyhomeError {
  if (error instanceof KeyhomeError) return error;
  if (typeof error === "string") {
    const { code, message, line, column, position } = JSON.parse(error) as Failure;
    return new KeyhomeError(code, message, line, column, position);
  }
  const message = `the WebAssembly instance has stopped (${String(error)}); load keyhome anew`;
  state = new KeyhomeError("engine.failure", message, undefined, undefined, undefined, error);
  hot = { slot: refuse, index: refuse };
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

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const own = (name: "buffer" | "byteOffset" | "length"): ((this: unknown) => unknown) =>
  Object.getOwnPropertyDescriptor(typedArray, name)!.get!;
const [bufferOf, offsetOf, lengthOf] = [own("buffer"), own("byteOffset"), own("length")];
const typeOf = Object.getOwnPropertyDescriptor(typedArray, Symbol.toStringTag)!.get!;

/** A caller's packed batch as plain arrays: what is copied into the instance is as long as it says. */
function checked(bytes: unknown, offsets: unknown): { bytes: Uint8Array; offsets: Uint32Array } {
  const parts = (array: unknown, type: string) => {
    if (typeOf.call(array) !== type) throw new TypeError(`not a ${type}`);
    return [bufferOf, offsetOf, lengthOf].map((part) => part.call(array)) as [ArrayBuffer, number, number];
  };
  return {
    bytes: guarded("key.type", "the Uint8Array of the keys", () => new Uint8Array(...parts(bytes, "Uint8Array"))),
    offsets: guarded("batch.offsets", "the Uint32Array of offsets", () => new Uint32Array(...parts(offsets, "Uint32Array"))),
  };
}
