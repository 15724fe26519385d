// Which engine runs in Node.

import type { Engine } from "../engine.js";
import { KeyhomeError } from "../error.js";
import { VERSION } from "../version.js";
import { builtin, program } from "./bundled.js";
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

function loadWasm(): Engine {
  try {
    return wasmEngine(new WebAssembly.Module(builtin("node:fs").readFileSync(wasmFile())));
  } catch (error) {
    const message = `WebAssembly does not load: ${String(error)}`;
    throw new KeyhomeError("engine.unavailable", message, undefined, undefined, undefined, error);
  }
}

/** The module lies beside the package's code; of a bundle, beside it or in the package that the program has installed. */
function wasmFile(): string {
  const name = "keyhome.wasm";
  const beside = builtin("node:path").join(codeFolder(), name);
  if (builtin("node:fs").existsSync(beside)) return beside;
  return builtin("node:module").createRequire(program()).resolve(`keyhome/${name}`);
}

function codeFolder(): string {
  return typeof __dirname === "string" ? __dirname : builtin("node:path").dirname(program());
}
