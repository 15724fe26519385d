// What the parts of a command came to, whichever client has asked for them.

import type { CommandKind, Key, Node } from "../index.js";
import { keyPlaces, type Part } from "./command-parts.js";
import type { NodeReply } from "./replies.js";
import { type DonePart, type FailedPart, SplitError } from "./split-error.js";

/** A part of a command, and who was asked: a certain replica, where it was not for the shard to choose. */
export interface AskedPart {
  readonly shard: { readonly node: Node };
  readonly replica?: { readonly address: string };
  readonly part: Part;
}

/** What became of a whole command. */
export interface Outcome {
  readonly failures: readonly FailedPart[];
  readonly successes: readonly DonePart[];
  readonly replies: readonly NodeReply[];
  /** Whether it is done, though some of its parts may not be. */
  readonly isDone: boolean;
}

/**
 * Puts together what became of the parts.
 *
 * @param args - the words of the whole command, without its name
 * @param results - in the order of `asked`
 */
export function outcomeOf(
  name: string,
  args: readonly Key[],
  kind: CommandKind,
  asked: readonly AskedPart[],
  results: readonly PromiseSettledResult<unknown>[],
): Outcome {
  const [failures, successes, replies]: [FailedPart[], DonePart[], NodeReply[]] = [[], [], []];
  const all = asked.some(({ part }) => part.places.length > 0) ? keyPlaces(name, args, kind) : [];
  results.forEach((result, at) => {
    const { shard, replica, part: { places } } = asked[at]!;
    const node = replica === undefined ? shard.node : { ...shard.node, address: replica.address };
    const keys = places.map((place) => args[all[place]!]!);
    if (result.status === "rejected") failures.push({ node, keys, error: result.reason as Error });
    else {
      const reply: unknown = result.value;
      successes.push({ node, keys, reply });
      replies.push({ node, places, reply });
    }
  });
  const isDone = failures.length === 0 || (kind.merge === "one_ok" && successes.length > 0);
  return { failures, successes, replies, isDone };
}

/** The error of a command that is not done. */
export function errorOf(name: string, failures: readonly FailedPart[], successes: readonly DonePart[]): Error {
  const [first, ...others] = failures.map(({ error }) => error);
  // Where all servers say the same of the command, that is what is wrong.
  const same = successes.length === 0 && others.every(({ message }) => message === first!.message);
  return same ? first! : new SplitError(name, failures, successes);
}
