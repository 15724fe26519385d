// The package with the module of another version, as where one of the two was cached.

import { KeyhomeError, init, version } from "/keyhome/browser.mjs";

const bytes = new Uint8Array(await (await fetch("/keyhome/keyhome.wasm")).arrayBuffer());
const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
const other = Uint8Array.from(text.replaceAll(version, "9.9.9"), (character) => character.charCodeAt(0));
const error = await init(other).catch((error) => error);
globalThis.result = { message: error instanceof KeyhomeError ? error.message : String(error) };
