// `keyhome/slot` alone: ready at once, nothing fetched.

import { KeyhomeError, slot } from "/keyhome/slot.mjs";

const [{ keys_hex, slots }] = await (await fetch("/contract/slots.json")).json();
const wrong = [];
keys_hex.forEach((digits, position) => {
  const key = Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const text = new TextDecoder().decode(key);
  const forms = new TextEncoder().encode(text).toString() === key.toString() ? [key, text] : [key];
  for (const form of forms) if (slot(form) !== slots[position]) wrong.push(digits);
});
let code;
try {
  slot("\ud800");
} catch (error) {
  code = error instanceof KeyhomeError && error.code;
}
const long = "x".repeat(3_000_000);
globalThis.result = { cases: keys_hex.length, wrong, code, long: [slot(long), slot(new TextEncoder().encode(long)), slot("foo")] };
