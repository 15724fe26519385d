// Which engine runs in Node.

import type { Engine } from "../engine.js";
import { KeyhomeError } from "../error.js";
import { VERSION } from "../version.js";
import { loadNative } from "./native.js";
import { wasmEngine } from "./wasm.js";

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

/** The module is text in a file of JavaScript, so that bundlers take it along. Few programs load it: it is small, not quick. */
function loadWasm(): Engine {
  try {
    const { text } = require("./wasm.cjs") as { text: string };
    // Inside a bundle for `import` there is no `require`; before Node 20.16 there is nothing else.
    const zlib = process.getBuiltinModule?.("node:zlib") ?? (require("node:zlib") as typeof import("node:zlib"));
    return wasmEngine(new WebAssembly.Module(zlib.brotliDecompressSync(Buffer.from(text, "base64"))));
  } catch (error) {
    const message = `WebAssembly does not load: ${String(error)}`;
    throw new KeyhomeError("engine.unavailable", message, undefined, undefined, undefined, error);
  }
}
