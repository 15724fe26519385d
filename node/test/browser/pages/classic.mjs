// For a bundle that is no module, and so does not know where it lies.

import { KeyhomeError, init, slot } from "keyhome";

const code = (error) => (error instanceof KeyhomeError ? error.code : String(error));

async function classic() {
  const alone = await init().catch(code);
  await init("/keyhome/keyhome.wasm");
  return { alone, slot: slot("foo") };
}

classic().then((result) => (globalThis.result = result), (error) => (globalThis.result = { failed: String(error) }));
