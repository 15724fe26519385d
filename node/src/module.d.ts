import type { WasmSource } from "./source.js";

/**
 * `keyhome/keyhome.wasm`, for {@link init}: in an edge runtime the compiled module; where a bundler makes a file of it, its
 * address as text, beside the script: `init(new URL(module as string, import.meta.url))`.
 */
declare const module: WasmSource;
export default module;
