/**
 * Where the WebAssembly module comes from: a compiled module, which edge runtimes want; its bytes; or where to fetch it.
 */
export type WasmSource =
  | WebAssembly.Module
  | ArrayBuffer
  | Uint8Array
  | Response
  | URL
  | string
  | PromiseLike<WebAssembly.Module | ArrayBuffer | Uint8Array | Response>;
