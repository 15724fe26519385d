// The package in browsers, workers and edge runtimes: WebAssembly, ready after `await init()`.

import { said } from "./arguments.js";
import { use } from "./engine/current.js";
import { compiled } from "./engine/load.js";
import { slot as slotOf, wasmEngine } from "./engine/wasm.js";
import { KeyhomeError } from "./error.js";
import type { Key } from "./key.js";
import type { WasmSource } from "./source.js";
import { VERSION } from "./version.js";

export * from "./common.js";
export type { WasmSource } from "./source.js";

/** The engine that runs: here always WebAssembly. */
export const engine: "native" | "wasm" = "wasm";

/** The version of keyhome. */
export const version: string = VERSION;

let ready: Promise<void> | undefined;

/**
 * Makes the engine ready: to be awaited once before anything else is called. Further calls wait for the first.
 *
 * @param source - where the module comes from; without it, `keyhome.wasm` is fetched from beside this script
 * @throws KeyhomeError `engine.unavailable`; then it may be called again
 */
export function init(source?: WasmSource): Promise<void> {
  ready ??= start(source).catch((error: unknown) => {
    ready = undefined;
    if (error instanceof KeyhomeError) throw error;
    throw unavailable(`the WebAssembly module does not load: ${said(error)}`, error);
  });
  return ready;
}

async function start(source: WasmSource | undefined): Promise<void> {
  use(wasmEngine(await compiled(source ?? besideThisScript())));
}

function besideThisScript(): URL {
  try {
    return new URL("./keyhome.wasm", import.meta.url);
  } catch (error) {
    throw unavailable("a bundle that is no module does not know where it lies; hand keyhome.wasm to init()", error);
  }
}

function unavailable(message: string, cause: unknown): KeyhomeError {
  return new KeyhomeError("engine.unavailable", message, undefined, undefined, undefined, cause);
}

/**
 * The slot of a key in Redis Cluster, 0 to 16383.
 *
 * @param key - text, which is its UTF-8 bytes, or bytes
 * @throws KeyhomeError `key.encoding`, `key.type`
 */
export const slot: (key: Key) => number = slotOf;
