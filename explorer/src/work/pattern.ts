// Keys by a pattern: what braces are in bash. `user:{0..999}` is a thousand keys, `{00..99}` keeps its zeros, `{eu,us}` is
// two words; several braces give all combinations, the last one running fastest. Braces around anything else are themselves,
// hash tags among them: `{{0..9}}:cart`.

import { type Packed, packTexts } from "./packed.ts";

/** More are no sample that anybody waits for. */
const MOST_KEYS = 10_000_000;

type Part =
  | { readonly literal: string }
  | { readonly words: readonly string[]; readonly size: number }
  | { readonly first: number; readonly step: number; readonly size: number; readonly width: number };

/** A pattern that was read. */
export interface Pattern {
  readonly parts: readonly Part[];
  /** How many keys it makes. */
  readonly keys: number;
}

/** A pattern that makes no keys, and why. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

const BRACES = /\{(?:(-?\d{1,15})\.\.(-?\d{1,15})(?:\.\.(\d{1,15}))?|([^{},]*(?:,[^{},]*)+))\}/gu;

/** @throws PatternError */
export function parsePattern(text: string): Pattern {
  if (text === "") throw new PatternError("Type a pattern, such as user:{0..999}.");
  if (!text.isWellFormed()) throw new PatternError("The pattern is not text: it has half of a surrogate pair.");
  const parts: Part[] = [];
  let end = 0;
  let keys = 1;
  for (const found of text.matchAll(BRACES)) {
    if (found.index > end) parts.push({ literal: text.slice(end, found.index) });
    end = found.index + found[0].length;
    const part = partOf(found);
    keys *= part.size;
    parts.push(part);
  }
  if (end < text.length) parts.push({ literal: text.slice(end) });
  if (keys > MOST_KEYS) {
    const numbers = new Intl.NumberFormat("en");
    throw new PatternError(`That makes ${numbers.format(keys)} keys; a sample has ${numbers.format(MOST_KEYS)} at most.`);
  }
  return { parts, keys };
}

function partOf([, first, last, step, words]: RegExpMatchArray): Exclude<Part, { literal: string }> {
  if (first === undefined || last === undefined) {
    const all = (words ?? "").split(",");
    return { words: all, size: all.length };
  }
  const [from, to] = [Number(first), Number(last)];
  const stride = Math.max(1, Number(step ?? 1));
  const padded = [first, last].some((digits) => /^-?0\d/u.test(digits));
  return {
    first: from,
    step: to < from ? -stride : stride,
    size: Math.floor(Math.abs(to - from) / stride) + 1,
    width: padded ? Math.max(first.length, last.length) : 0,
  };
}

/** Keys number `from` to `to` of a pattern, without `to`. */
export function keysOfPattern({ parts }: Pattern, from: number, to: number): Packed {
  const texts: string[] = [];
  for (let number = from; number < to; number += 1) {
    let [key, rest] = ["", number];
    for (let at = parts.length - 1; at >= 0; at -= 1) {
      const part = parts[at]!;
      if ("literal" in part) {
        key = part.literal + key;
        continue;
      }
      const which = rest % part.size;
      rest = Math.floor(rest / part.size);
      key = ("words" in part ? part.words[which]! : digits(part.first + which * part.step, part.width)) + key;
    }
    texts.push(key);
  }
  return packTexts(texts);
}

function digits(number: number, width: number): string {
  return number < 0 ? `-${String(-number).padStart(width - 1, "0")}` : String(number).padStart(width, "0");
}

/** The pattern as bash expands it, for a command line. */
export function asBash(text: string): string {
  const quoted = (literal: string) => (literal === "" ? "" : `'${literal.replaceAll("'", `'\\''`)}'`);
  let [shell, end] = ["", 0];
  for (const found of text.matchAll(BRACES)) {
    const [braces, first, , , words] = found;
    shell += quoted(text.slice(end, found.index));
    shell += first === undefined ? `{${(words ?? "").split(",").map(quoted).join(",")}}` : braces;
    end = found.index + braces.length;
  }
  return shell + quoted(text.slice(end));
}
