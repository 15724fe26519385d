// The native addon as an engine. It comes as a package of its own for each platform, and npm installs the one that fits.

import { guarded } from "../arguments.js";
import type { Engine, EngineReplicaSet, EngineRouter } from "../engine.js";
import { KeyhomeError } from "../error.js";
import type { Key } from "../key.js";
import { builtin, program } from "./bundled.js";
import { joined, listed } from "./keys.js";
import { type ObjectsAddon, NativeHealth, NativeHotKeys, NativeReplicaSet } from "./native-objects.js";

/** A router of the addon is the function that its hot call is; the addon's other functions take it as an argument. */
type NativeRouter = (key: Key) => number;

/** Texts cross together as one text with the length of each: that takes half the time of an array. */
type Keys = string | readonly Key[];

/** What the addon exports: see `bindings/node/src/engine.rs`. */
interface Addon extends ObjectsAddon {
  readonly version: string;
  readonly slot: (key: Key) => number;
  slots(keys: Keys, lengths?: Uint32Array): Uint16Array;
  slotsPacked(bytes: Uint8Array, offsets: Uint32Array): Uint16Array;
  fromConfig(text: string, pool: string | undefined): NativeRouter;
  read(text: string, pool: string | undefined): NativeRouter;
  fromClusterText(text: string): NativeRouter;
  fromClusterJson(json: string): NativeRouter;
  /** The name is given apart: mostly it is the only word that crosses. */
  commandKeys(name: Key, count: number, words: readonly Key[]): number | number[];
  commandKind(words: Keys, lengths?: Uint32Array): string;
  commandRoute(words: Keys, lengths?: Uint32Array): string;
  scanTarget(cursor: string, nodes: number): string;
  scanNext(cursor: string, answered: string, nodes: number): string;
  poolSettings(text: string, pool: string | undefined): string;
  poolNames(text: string): string;
  writers(words: readonly string[]): string;
  isFailure(error: Key): boolean;
  indexes(router: NativeRouter, keys: Keys, lengths?: Uint32Array): Uint32Array;
  indexesPacked(router: NativeRouter, bytes: Uint8Array, offsets: Uint32Array): Uint32Array;
  group(router: NativeRouter, keys: Keys, lengths?: Uint32Array): Uint32Array;
  successors(router: NativeRouter, key: Key, n: number): Uint32Array;
  arcs(router: NativeRouter): Uint32Array;
  without(router: NativeRouter, names: readonly string[]): NativeRouter;
  withoutIndexes(router: NativeRouter, indexes: Uint32Array): NativeRouter;
  copies(router: NativeRouter, key: Key, n: number): string;
  fingerprint(router: NativeRouter): string;
  nodes(router: NativeRouter): string;
  explain(router: NativeRouter, key: Key): string;
  balance(router: NativeRouter): string;
  diff(router: NativeRouter, other: NativeRouter): string;
}

/** The ends of the names of packages that may hold the addon. Of `gnu` and `musl`, only the one that fits is installed. */
const PLATFORMS = process.platform === "linux" ? ["-gnu", "-musl"] : process.platform === "win32" ? ["-msvc"] : [""];

/**
 * The native engine of this very version.
 *
 * @throws KeyhomeError `engine.unavailable`, with the reasons, where there is none.
 */
export function loadNative(version: string): Engine {
  const names = PLATFORMS.map((end) => `keyhome-${process.platform}-${process.arch}${end}`);
  const reasons: string[] = [];
  // The last is what a build in a checkout leaves; no package has it.
  for (const name of [...names, "../build/keyhome.node"]) {
    try {
      const addon = (load(name) as { open(error: typeof KeyhomeError): Addon }).open(KeyhomeError);
      if (addon.version === version) return engine(addon);
      reasons.push(`${name} is of version ${addon.version}, not ${version}`);
    } catch (error) {
      reasons.push(`${name}: ${String(error).split("\n", 1)[0]}`);
    }
  }
  throw new KeyhomeError("engine.unavailable", `the native engine does not load: ${reasons.join("; ")}`);
}

/** A name that bundlers do not see: what they cannot bundle is looked for where the program runs. */
function load(name: string): unknown {
  return typeof __filename === "string" ? require(name) : builtin("node:module").createRequire(program())(name);
}

function engine(addon: Addon): Engine {
  const router = (native: NativeRouter): EngineRouter => new Router(addon, native);
  return {
    name: "native",
    version: addon.version,
    slot: addon.slot,
    slots: (keys) => crossing(keys, (keys, lengths) => addon.slots(keys, lengths)),
    slotsPacked: (bytes, offsets) => addon.slotsPacked(bytes, offsets),
    fromConfig: (text, pool) => router(addon.fromConfig(text, pool)),
    read: (text, pool) => router(addon.read(text, pool)),
    fromClusterText: (text) => router(addon.fromClusterText(text)),
    fromClusterJson: (json) => router(addon.fromClusterJson(json)),
    commandKeys: (words) => addon.commandKeys(words[0] ?? "", words.length, words),
    commandKind: (words) => crossing(words, (words, lengths) => addon.commandKind(words, lengths)),
    commandRoute: (words) => crossing(words, (words, lengths) => addon.commandRoute(words, lengths)),
    scanTarget: addon.scanTarget,
    scanNext: addon.scanNext,
    poolSettings: addon.poolSettings,
    poolNames: addon.poolNames,
    writers: addon.writers,
    isFailure: addon.isFailure,
    health: (...rules) => new NativeHealth(addon, addon.health(...rules)),
    hotKeys: (...options) => new NativeHotKeys(addon, addon.hotKeys(...options)),
    hotKeysFromBytes: (bytes) => new NativeHotKeys(addon, addon.hotKeysFromBytes(bytes)),
  };
}

class Router implements EngineRouter {
  readonly #addon: Addon;
  readonly index: NativeRouter;

  constructor(addon: Addon, router: NativeRouter) {
    this.#addon = addon;
    this.index = router;
  }

  indexes(keys: readonly Key[]): Uint32Array {
    return crossing(keys, (keys, lengths) => this.#addon.indexes(this.index, keys, lengths));
  }

  indexesPacked(bytes: Uint8Array, offsets: Uint32Array): Uint32Array {
    return this.#addon.indexesPacked(this.index, bytes, offsets);
  }

  group(keys: readonly Key[]): Uint32Array {
    return crossing(keys, (keys, lengths) => this.#addon.group(this.index, keys, lengths));
  }

  successors(key: Key, n: number): Uint32Array {
    return this.#addon.successors(this.index, key, n);
  }

  arcs(): Uint32Array {
    return this.#addon.arcs(this.index);
  }

  without(names: readonly string[]): EngineRouter {
    return new Router(this.#addon, this.#addon.without(this.index, names));
  }

  withoutIndexes(indexes: Uint32Array): EngineRouter {
    return new Router(this.#addon, this.#addon.withoutIndexes(this.index, indexes));
  }

  replicaSet(index: number, readFrom: string | undefined, zone: string | undefined): EngineReplicaSet {
    return new NativeReplicaSet(this.#addon, this.#addon.replicaSet(this.index, index, readFrom, zone));
  }

  copies(key: Key, n: number): string {
    return this.#addon.copies(this.index, key, n);
  }

  fingerprint(): string {
    return this.#addon.fingerprint(this.index);
  }

  nodes(): string {
    return this.#addon.nodes(this.index);
  }

  explain(key: Key): string {
    return this.#addon.explain(this.index, key);
  }

  balance(): string {
    return this.#addon.balance(this.index);
  }

  diff(other: EngineRouter): string {
    return this.#addon.diff(this.index, other.index);
  }
}

/** Takes keys over the border: texts as one, anything else one by one. */
function crossing<R>(keys: readonly Key[], cross: (keys: Keys, lengths?: Uint32Array) => R): R {
  const all = guarded("argument.type", "the array of keys", () => joined(keys) ?? listed(keys));
  return "text" in all ? cross(all.text, all.lengths) : cross(all);
}
