// The `keyhome` command line that gives what the page shows.

import { configFile, keyIsHex, keyText } from "../state/inputs.ts";
import { asked } from "../state/asked.ts";
import { current } from "../state/pools.ts";
import { hexOf } from "../text/hex.ts";

/** A word as a POSIX shell reads it. */
export function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line for a shell: `keyhome WORDS`. */
export function keyhomeCommand(...words: readonly string[]): string {
  return ["keyhome", ...words].map(quoted).join(" ");
}

/** `-c FILE`, and `-p POOL` where the config has several. */
export function configWords(): string[] {
  const { pools, pool } = current.value.router === undefined ? { pools: [], pool: undefined } : current.value;
  const words = ["-c", configFile.value];
  return pool !== undefined && pools.length > 1 ? [...words, "-p", pool] : words;
}

/** The key: as it was typed, or as hexadecimal digits where a shell could not carry it. */
export function keyWords(): string[] {
  const { key } = asked.value;
  if (key instanceof Uint8Array) return ["--hex", "--", hexOf(key)];
  const text = keyIsHex.value || key === undefined ? keyText.value : key;
  if (/[\u0000-\u001f\u007f]/.test(text)) return ["--hex", "--", hexOf(new TextEncoder().encode(text))];
  return text.startsWith("-") ? ["--", text] : [text];
}
