// WebAssembly as an engine. One instance for each copy of the package; in browsers there is none before `init()`.

import * as core from "../../build/wasm/keyhome.js";
import { plainBytes, plainOffsets } from "../arguments.js";
import type { Engine, EngineReplicaSet, EngineRouter } from "../engine.js";
import { KeyhomeError } from "../error.js";
import type { Key } from "../key.js";
import { VERSION } from "../version.js";
import { Asked } from "./asked.js";
import { bytesOf, write } from "./input.js";
import { Held, answered, asNumbers, asText, ask, hot, start, translated } from "./instance.js";
import { type Packed, pack, packTexts } from "./pack.js";
import { WasmHealth, WasmHotKeys, WasmReplicaSet } from "./wasm-objects.js";

/**
 * Makes an engine of the module.
 *
 * @throws KeyhomeError `engine.unavailable` for a module of another version
 * @throws whatever instantiating throws
 */
export function wasmEngine(module: WebAssembly.Module): Engine {
  // wasm-bindgen keeps the first instance that it makes, whatever it is of: no other module may get so far.
  const names = WebAssembly.Module.exports(module).map(({ name }) => name);
  if (!["__wbindgen_start", "input", "ask"].every((name) => names.includes(name))) throw new TypeError("it is not keyhome.wasm");
  const exports = core.initSync({ module });
  const version = asText(answered(Asked.version));
  // As where a page has the one cached and the other not.
  if (version !== VERSION) throw new KeyhomeError("engine.unavailable", `keyhome.wasm is of version ${version}, not ${VERSION}`);
  start(exports);
  return {
    name: "wasm",
    version,
    slot,
    slots: (keys) => slotsOf(pack(keys)),
    slotsPacked: (bytes, offsets) => slotsOf(checked(bytes, offsets)),
    fromConfig: (text, pool) => made(Asked.routerFromConfig, [text, pool]),
    read: (text, pool) => made(Asked.read, [text, pool]),
    fromClusterText: (text) => made(Asked.routerFromClusterText, [text]),
    fromClusterJson: (json) => made(Asked.routerFromClusterJson, [json]),
    commandKeys,
    commandKind: (words) => asText(ask(Asked.commandKind, undefined, pack(words))),
    commandRoute: (words) => asText(ask(Asked.commandRoute, undefined, pack(words))),
    scanTarget: (cursor, nodes) => asText(ask(Asked.scanTarget, undefined, packTexts([cursor]), [nodes])),
    scanNext: (cursor, answered, nodes) => asText(ask(Asked.scanNext, undefined, packTexts([cursor, answered]), [nodes])),
    poolSettings: (text, pool) => asText(ask(Asked.poolSettings, undefined, packTexts([text, pool]), [given(pool)], PARSED)),
    poolNames: (text) => asText(ask(Asked.poolNames, undefined, packTexts([text]), [], PARSED)),
    writers: (words) => asText(ask(Asked.writers, undefined, packTexts(words))),
    isFailure: (error) => ask(Asked.isFailure, undefined, { bytes: bytesOf(error) })[0] !== 0,
    health: (onFailure, autoEjectHosts, failureLimit, retryTimeout, nodes) => {
      const eject = autoEjectHosts === undefined ? undefined : Number(autoEjectHosts);
      const numbers = [nodes, given(onFailure), eject, failureLimit, retryTimeout];
      return new WasmHealth(new Held(Asked.healthFree, ask(Asked.healthNew, undefined, packTexts([onFailure]), numbers)));
    },
    hotKeys: (...options) => new WasmHotKeys(new Held(Asked.hotKeysFree, ask(Asked.hotKeysNew, undefined, {}, options))),
    hotKeysFromBytes: (bytes) => new WasmHotKeys(new Held(Asked.hotKeysFree, ask(Asked.hotKeysFromBytes, undefined, { bytes }))),
  };
}

/** A router of texts, of which the second can be left out. */
function made(what: Asked, texts: readonly (string | undefined)[]): EngineRouter {
  return new WasmRouter(new Held(Asked.routerFree, ask(what, undefined, packTexts(texts), [given(texts[1])], PARSED)));
}

/** A config as a tree, and a key in each step to its home, take so many times their own room. */
const PARSED = 8;

/** Whether a text is given, as a number. */
const given = (text: string | undefined): number => Number(text !== undefined);

export function slot(key: Key): number {
  const length = write(key);
  if (length < 0) return slotsOf(pack([key]))[0]!;
  return hot.slot(length); // it cannot trap: it allocates nothing, and has nothing to leave half done
}

function slotsOf(keys: Packed): Uint16Array {
  const { buffer, length } = ask(Asked.slots, undefined, keys);
  return new Uint16Array(buffer as ArrayBuffer, 0, length >> 1);
}

/** By the name and the number of words; where that is refused, by all words. */
function commandKeys(words: readonly Key[]): number | Uint32Array {
  const length = words.length > 0 ? write(words[0]!) : -1;
  if (length >= 0) {
    let keys;
    try {
      keys = hot.hot_command_keys(length, words.length);
    } catch (error) {
      throw translated(error);
    }
    if (keys >= 0) return keys;
  }
  return asNumbers(ask(Asked.commandKeys, undefined, pack(words)));
}

/** A router inside the instance. Its memory is freed when nobody refers to it, or to its `index`, any more. */
export class WasmRouter implements EngineRouter {
  readonly held: Held;
  readonly index: (key: Key) => number;

  constructor(held: Held) {
    this.held = held;
    const { address } = held;
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
      return asNumbers(ask(Asked.routerIndex, held, { bytes: bytesOf(key) }))[0]!;
    };
  }

  indexes(keys: readonly Key[]): Uint32Array {
    return asNumbers(ask(Asked.routerIndexes, this.held, pack(keys)));
  }

  indexesPacked(bytes: Uint8Array, offsets: Uint32Array): Uint32Array {
    return asNumbers(ask(Asked.routerIndexes, this.held, checked(bytes, offsets)));
  }

  group(keys: readonly Key[]): Uint32Array {
    return asNumbers(ask(Asked.routerGroup, this.held, pack(keys)));
  }

  successors(key: Key, n: number): Uint32Array {
    return asNumbers(ask(Asked.routerSuccessors, this.held, { bytes: bytesOf(key) }, [n]));
  }

  arcs(): Uint32Array {
    return asNumbers(ask(Asked.routerArcs, this.held));
  }

  without(names: readonly string[]): EngineRouter {
    return new WasmRouter(new Held(Asked.routerFree, ask(Asked.routerWithout, this.held, packTexts(names), [names.length])));
  }

  withoutIndexes(indexes: Uint32Array): EngineRouter {
    return new WasmRouter(new Held(Asked.routerFree, ask(Asked.routerWithoutIndexes, this.held, { offsets: indexes })));
  }

  replicaSet(index: number, readFrom: string | undefined, zone: string | undefined): EngineReplicaSet {
    const words = packTexts([readFrom, zone]);
    const answer = ask(Asked.routerReplicas, this.held, words, [index, given(readFrom), given(zone)]);
    return new WasmReplicaSet(new Held(Asked.replicasFree, answer));
  }

  copies(key: Key, n: number): string {
    return asText(ask(Asked.routerCopies, this.held, { bytes: bytesOf(key) }, [n], PARSED));
  }

  fingerprint(): string {
    return asText(ask(Asked.routerFingerprint, this.held));
  }

  nodes(): string {
    return asText(ask(Asked.routerNodes, this.held));
  }

  explain(key: Key): string {
    return asText(ask(Asked.routerExplain, this.held, { bytes: bytesOf(key) }, [], PARSED));
  }

  balance(): string {
    return asText(ask(Asked.routerBalance, this.held));
  }

  diff(other: EngineRouter): string {
    return asText(ask(Asked.routerDiff, this.held, {}, [(other as WasmRouter).held.address]));
  }
}

/** A caller's packed batch as plain arrays: what is copied into the instance is as long as it says. */
function checked(bytes: unknown, offsets: unknown): Packed {
  return { bytes: plainBytes(bytes), offsets: plainOffsets(offsets) };
}
