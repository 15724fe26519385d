// The key that is asked about, ready to be asked: from what was typed to text or bytes.

import { computed } from "@preact/signals";
import type { Key } from "keyhome";
import { hexOf } from "../text/hex.ts";
import { keyIsHex, keyText } from "./inputs.ts";

/** Longer keys are not typed but counted, as a file under “Is it balanced?”; as much fits into a command line. */
export const LONGEST_KEY = 64 * 1024;

/** A key, or why what was typed is none. */
export type Asked =
  | { readonly key: Key; readonly problem?: undefined }
  | { readonly key?: undefined; readonly problem: string };

/** Reads hexadecimal digits as `keyhome --hex` does: either case, two digits a byte; blanks between bytes are fine. */
export function bytesOfHex(typed: string): Asked {
  const digits = typed.replace(/\s+/g, "");
  const wrong = /[^0-9a-fA-F]/u.exec(digits);
  if (wrong) return { problem: `“${wrong[0]}” is not a hexadecimal digit` };
  if (digits.length % 2 === 1) return { problem: "two hexadecimal digits make a byte; one is missing" };
  const bytes = new Uint8Array(digits.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16);
  return { key: bytes };
}

/** The key that every view is about. */
export const asked = computed((): Asked => {
  const typed = keyText.value;
  if (typed.length > LONGEST_KEY) return { problem: tooLongForAKey(typed.length) };
  return keyIsHex.value ? bytesOfHex(typed) : { key: typed };
});

export function tooLongForAKey(length: number): string {
  return `${Math.ceil(length / 1024)} KB are more than this field takes: up to 64 KB`;
}

/** The other way to type the same key; a key whose bytes are no text stays hexadecimal. */
export function typeInHex(hex: boolean): void {
  const { key } = asked.peek();
  if (hex === keyIsHex.peek()) return;
  if (hex && typeof key === "string") {
    keyText.value = hexOf(new TextEncoder().encode(key));
  } else if (!hex && key instanceof Uint8Array) {
    keyText.value = new TextDecoder().decode(key);
  }
  keyIsHex.value = hex;
}
