// The package in Node, both for `import` and for `require`: the engine is chosen when it is loaded.

import { chooseEngine } from "./engine/node.js";
import { use } from "./engine/current.js";
import type { Key } from "./key.js";

export * from "./common.js";

const running = use(chooseEngine());

/**
 * The engine that runs: the native addon, or WebAssembly. Both give the same answers.
 */
export const engine: "native" | "wasm" = running.name;

/**
 * What the clients say to servers of how they place keys, and what they make of what others said.
 *
 * @internal
 */
export const writers = (words: readonly string[]): string[][] => JSON.parse(running.writers(words)) as string[][];

/** The version of keyhome. */
export const version: string = running.version;

/**
 * Makes the engine ready: to be awaited once in browsers, workers and edge runtimes before anything else is called. In
 * Node, where the engine is ready as soon as the package is loaded, it does nothing.
 */
export async function init(): Promise<void> {}

/**
 * The slot of a key in Redis Cluster, 0 to 16383.
 *
 * @param key - text, which is its UTF-8 bytes, or bytes
 * @throws KeyhomeError `key.encoding`, `key.type`
 */
export const slot: (key: Key) => number = running.slot;
