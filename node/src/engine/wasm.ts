// WebAssembly as an engine. One instance for each copy of the package; in browsers there is none before `init()`.

import * as core from "../../build/wasm/keyhome.js";
import { plainBytes, plainOffsets } from "../arguments.js";
import type { Engine, EngineReplicaSet, EngineRouter } from "../engine.js";
import { KeyhomeError } from "../error.js";
import type { Key } from "../key.js";
import { VERSION } from "../version.js";
import { bytesOf, write } from "./input.js";
import { guard, hot, start, translated } from "./instance.js";
import { type Packed, pack } from "./pack.js";
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
  if (!["__wbindgen_start", "input", "version"].every((name) => names.includes(name))) throw new TypeError("it is not keyhome.wasm");
  const exports = core.initSync({ module });
  const version = core.version();
  // As where a page has the one cached and the other not.
  if (version !== VERSION) throw new KeyhomeError("engine.unavailable", `keyhome.wasm is of version ${version}, not ${VERSION}`);
  start(exports, core.failure);
  return {
    name: "wasm",
    version,
    slot,
    slots: (keys) => slotsOf(pack(keys)),
    slotsPacked: (bytes, offsets) => slotsOf(checked(bytes, offsets)),
    fromConfig: (text, pool) => new WasmRouter(guard(() => core.Router.from_config(text, pool), 8 * text.length)),
    fromClusterText: (text) => new WasmRouter(guard(() => core.Router.from_cluster_text(text), 8 * text.length)),
    fromClusterJson: (json) => new WasmRouter(guard(() => core.Router.from_cluster_json(json), 8 * json.length)),
    commandKeys,
    commandRoute: (words) => ofPacked(pack(words), core.command_route),
    scanTarget: (cursor, nodes) => guard(() => core.scan_target(cursor, nodes)),
    scanNext: (cursor, answered, nodes) => guard(() => core.scan_next(cursor, answered, nodes)),
    poolSettings: (text, pool) => guard(() => core.pool_settings(text, pool)),
    isFailure(error) {
      const bytes = bytesOf(error);
      return guard(() => core.is_failure(bytes));
    },
    health: (...rules) => new WasmHealth(guard(() => new core.Health(...rules))),
    hotKeys: (...options) => new WasmHotKeys(guard(() => new core.HotKeys(...options))),
    hotKeysFromBytes: (bytes) => new WasmHotKeys(guard(() => core.HotKeys.from_bytes(bytes), bytes.length)),
  };
}

export function slot(key: Key): number {
  const length = write(key);
  if (length < 0) return slotsOf(pack([key]))[0]!;
  return hot.slot(length); // it cannot trap: it allocates nothing, and has nothing to leave half done
}

function slotsOf(keys: Packed): Uint16Array {
  return ofPacked(keys, core.slots_packed);
}

function ofPacked<R>({ bytes, offsets }: Packed, call: (bytes: Uint8Array, offsets: Uint32Array) => R): R {
  // Keys, and what is said about each of them: where it ends, its home, its place in a group.
  return guard(() => call(bytes, offsets), bytes.length + 16 * offsets.length);
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
  return ofPacked(pack(words), core.command_keys);
}

/** A router inside the instance. Its memory is freed when nobody refers to it, or to its `index`, any more. */
export class WasmRouter implements EngineRouter {
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
      const bytes = bytesOf(key);
      return guard(() => router.index(bytes), bytes.length);
    };
  }

  indexes(keys: readonly Key[]): Uint32Array {
    return ofPacked(pack(keys), (bytes, offsets) => this.#router.indexes_packed(bytes, offsets));
  }

  indexesPacked(bytes: Uint8Array, offsets: Uint32Array): Uint32Array {
    return ofPacked(checked(bytes, offsets), (bytes, offsets) => this.#router.indexes_packed(bytes, offsets));
  }

  group(keys: readonly Key[]): Uint32Array {
    return ofPacked(pack(keys), (bytes, offsets) => this.#router.group_packed(bytes, offsets));
  }

  successors(key: Key, n: number): Uint32Array {
    const bytes = bytesOf(key);
    return guard(() => this.#router.successors(bytes, n), bytes.length);
  }

  without(names: readonly string[]): EngineRouter {
    return new WasmRouter(guard(() => this.#router.without([...names])));
  }

  withoutIndexes(indexes: Uint32Array): EngineRouter {
    return new WasmRouter(guard(() => this.#router.without_indexes(indexes)));
  }

  replicaSet(index: number, readFrom: string | undefined, zone: string | undefined): EngineReplicaSet {
    return new WasmReplicaSet(guard(() => new core.ReplicaSet(this.#router, index, readFrom, zone)));
  }

  /** The nodes of this router in the place of those of a set. */
  replaceIn(set: core.ReplicaSet, index: number): Int32Array {
    return guard(() => set.replace(this.#router, index));
  }

  copies(key: Key, n: number): string {
    const bytes = bytesOf(key);
    return guard(() => this.#router.copies(bytes, n), 8 * bytes.length);
  }

  fingerprint(): string {
    return guard(() => this.#router.fingerprint());
  }

  nodes(): string {
    return guard(() => this.#router.nodes());
  }

  explain(key: Key): string {
    const bytes = bytesOf(key);
    return guard(() => this.#router.explain(bytes), 8 * bytes.length);
  }

  balance(): string {
    return guard(() => this.#router.balance());
  }

  diff(other: EngineRouter): string {
    return guard(() => this.#router.diff((other as WasmRouter).#router));
  }
}

/** A caller's packed batch as plain arrays: what is copied into the instance is as long as it says. */
function checked(bytes: unknown, offsets: unknown): Packed {
  return { bytes: plainBytes(bytes), offsets: plainOffsets(offsets) };
}
