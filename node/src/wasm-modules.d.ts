/** A WebAssembly module in base64; the build puts it into the script. */
declare module "*.wasm" {
  const base64: string;
  export default base64;
}
