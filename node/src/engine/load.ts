// Fetches and compiles the WebAssembly module in browsers, workers and edge runtimes.

import { isBytes } from "../arguments.js";
import { KeyhomeError } from "../error.js";
import type { WasmSource } from "../source.js";

/**
 * @throws KeyhomeError `argument.type` for what is no source
 * @throws whatever fetching and compiling throws
 */
export async function compiled(given: WasmSource): Promise<WebAssembly.Module> {
  const source = await given;
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || isBytes(source)) return WebAssembly.compile(source as BufferSource);
  if (typeof source === "string" || source instanceof URL) return streamed(await fetch(source));
  if (typeof Response === "function" && source instanceof Response) return streamed(source);
  throw new KeyhomeError(
    "argument.type",
    "init takes a WebAssembly.Module, its bytes, a Response, a URL, or none of them",
  );
}

async function streamed(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new TypeError(`${response.status} ${response.statusText} for ${response.url}`);
  // Servers that do not know the type of WebAssembly are many; streaming insists on it.
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("application/wasm")) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}
