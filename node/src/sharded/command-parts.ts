// Which words of a command go to which node.

import { type CommandKind, commandKeys, type Key, KeyhomeError } from "../index.js";
import type { LivePlacement } from "./live-placement.js";
import { severalNodes } from "./several-nodes.js";

/** A part of a command: what one node is asked. */
export interface Part {
  /** The index of the node. */
  readonly node: number;
  /** Its words without the name. */
  readonly args: Key[];
  /** Its keys, by their place among those of the whole command. */
  readonly places: number[];
  /** Of a SCAN: the cursor of the whole scan. */
  readonly cursor?: string;
}

/** The keys of a command, or its channels, as positions in `args`. */
export function keyPlaces(name: string, args: readonly Key[], kind: CommandKind): number[] {
  if (kind.only_key !== null && kind.only_key <= args.length) return [kind.only_key - 1];
  return commandKeys([name, ...args]).map((position) => position - 1);
}

/**
 * The one node of some keys.
 *
 * @returns undefined where there is no key
 * @throws KeyhomeError `client.nodes` where there are two; those of `LivePlacement.home`
 */
export function commonHome(
  name: string,
  args: readonly Key[],
  places: readonly number[],
  placement: LivePlacement,
): number | undefined {
  let node: number | undefined;
  for (const place of places) {
    const other = placement.home(args[place]!);
    if (node !== undefined && other !== node) {
      throw severalNodes(`${name}, which cannot be split,`, [node, other].map((index) => placement.node(index)));
    }
    node = other;
  }
  return node;
}

/**
 * The parts of a command that can be split, one a node: each has the words before the first key, its own keys with what
 * belongs to them, and the words after the last.
 *
 * @throws KeyhomeError `command.arguments`; those of `home`
 */
export function partsByKey(
  name: string,
  args: readonly Key[],
  kind: CommandKind,
  home: (key: Key) => number,
): Part[] {
  const places = keyPlaces(name, args, kind);
  const step = kind.key_step;
  const first = places[0] ?? args.length;
  const end = places.length > 0 ? places[places.length - 1]! + step : args.length;
  if (end > args.length) {
    throw new KeyhomeError("command.arguments", `\`${name}\` has ${step} words a key, and the last key is short of some`);
  }
  const parts = new Map<number, Part>();
  for (let at = 0; at < places.length; at++) {
    const place = places[at]!;
    const node = home(args[place]!);
    let part = parts.get(node);
    if (part === undefined) {
      part = { node, args: args.slice(0, first), places: [] };
      parts.set(node, part);
    }
    for (let word = place; word < place + step; word++) part.args.push(args[word]!);
    part.places.push(at);
  }
  if (end < args.length) for (const part of parts.values()) part.args.push(...args.slice(end));
  return [...parts.values()];
}
