// The steps from a key to its node, in words.

import type { Explanation } from "keyhome";
import { count, shareCount } from "../../drawing/numbers.ts";
import { hexOf } from "../../text/hex.ts";

/** Bytes that are shown one by one, and characters of a text. */
const SHOWN_BYTES = 48;
const SHOWN_CHARS = 1000;

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
  if (hex !== undefined) {
    const length = hex.length / 2;
    return { value: spaced(hex.slice(0, 2 * SHOWN_BYTES), length), note: `${bytesOf(length)}, which are no UTF-8` };
  }
  const bytes = new TextEncoder().encode(text ?? "");
  return {
    value: bytes.length === 0 ? "empty" : visible(text ?? ""),
    bytes: spaced(hexOf(bytes.subarray(0, SHOWN_BYTES)), bytes.length),
    note: bytesOf(bytes.length),
  };
}

function bytesOf(length: number): string {
  return length === 1 ? "1 byte" : `${count(length)} bytes`;
}

/** Control characters would not be seen; they are written as pictures of themselves. */
function visible(text: string): string {
  const seen = text.slice(0, SHOWN_CHARS).replace(/[\u0000-\u001f]/g, (char) => String.fromCharCode(0x2400 + char.charCodeAt(0)));
  return text.length > SHOWN_CHARS ? `${seen} … and ${count(text.length - SHOWN_CHARS)} more` : seen;
}

/** The first bytes, and how many follow. */
function spaced(digits: string, length: number): string {
  const bytes = digits.match(/../g) ?? [];
  const rest = length - bytes.length;
  return rest > 0 ? `${bytes.join(" ")} … and ${count(rest)} more` : bytes.join(" ");
}
