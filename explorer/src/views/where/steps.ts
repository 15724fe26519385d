// The steps from a key to its node, in words.

import type { Explanation } from "keyhome";
import { count, shareCount } from "../../drawing/numbers.ts";

/** Bytes that are shown one by one. */
const SHOWN_BYTES = 48;

export interface Step {
  readonly name: string;
  /** What the step gives. */
  readonly value: string;
  /** Where the value is text of the operator's: its bytes, in hexadecimal digits. */
  readonly bytes?: string;
  /** How it comes about. */
  readonly note: string;
}

/** All steps, in their order. */
export function stepsOf(of: Explanation): Step[] {
  const steps: Step[] = [{ name: "Key", ...shown(of.key, of.key_hex) }];
  if (of.hashed !== null) {
    const tag = of.tag ?? of.tag_hex;
    steps.push(
      tag === undefined || tag === null
        ? { name: "Tag", value: "none", note: "the whole key is hashed" }
        : { name: "Tag", ...shown(of.tag, of.tag_hex), note: "only this part of the key is hashed" },
    );
    steps.push({ name: "Hashed bytes", ...shown(of.hashed, of.hashed_hex) });
  }
  if (of.hash !== null && of.place.by !== "slot" && of.place.by !== "sum") {
    const { algorithm, value } = of.hash;
    const hex = typeof value === "string" ? value : value.toString(16);
    steps.push({ name: "Hash", value: shareCount(value), note: `${algorithm} as ${of.dialect} computes it; 0x${hex}` });
  }
  steps.push(placeOf(of));
  return steps;
}

function placeOf({ place }: Explanation): Step {
  switch (place.by) {
    case "only_node":
      return { name: "Place", value: "the only node", note: "nothing is hashed in a pool of one" };
    case "point": {
      const which = `point ${count(place.position + 1)} of ${count(place.points)} on the ring`;
      return { name: "Point", value: shareCount(place.point), note: `${which}, made from “${place.label}”` };
    }
    case "list": {
      const note = `the remainder of the hash by ${count(place.length)}, the length of the list`;
      return { name: "Place in the list", value: count(place.position), note };
    }
    case "slot":
      return { name: "Slot", value: String(place.slot), note: "CRC16 of the hashed bytes, modulo 16384" };
    case "sum": {
      const note = `of UTF-16 code units; its remainder by ${count(place.nodes)} is the node`;
      return { name: "Sum", value: count(place.sum), note };
    }
  }
}

/** Text of the operator's, or bytes that are no text: as it is, its bytes, and how many. */
function shown(text: string | null | undefined, hex: string | undefined): Pick<Step, "value" | "bytes" | "note"> {
  const digits = hex ?? hexDigits(text ?? "");
  const length = digits.length / 2;
  const note = hex === undefined ? bytesOf(length) : `${bytesOf(length)}, which are no UTF-8`;
  const bytes = spaced(digits);
  if (hex !== undefined) return { value: bytes, note };
  return { value: text === "" ? "empty" : visible(text ?? ""), bytes, note };
}

function bytesOf(length: number): string {
  return length === 1 ? "1 byte" : `${count(length)} bytes`;
}

/** Control characters would not be seen; they are written as pictures of themselves. */
export function visible(text: string): string {
  return text.replace(/[\u0000-\u001f]/g, (char) => String.fromCharCode(0x2400 + char.charCodeAt(0)));
}

function hexDigits(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function spaced(digits: string): string {
  const bytes = digits.slice(0, 2 * SHOWN_BYTES).match(/../g) ?? [];
  const rest = digits.length / 2 - bytes.length;
  return rest > 0 ? `${bytes.join(" ")} … and ${count(rest)} more` : bytes.join(" ");
}
