// What is thrown when some nodes did their part of a command and others did not.

import { type Key, KeyhomeError, type Node } from "../index.js";

/** A part of a command that failed. */
export interface FailedPart {
  readonly node: Node;
  /** Its keys; none for a command without keys. */
  readonly keys: readonly Key[];
  readonly error: Error;
}

/** A part of a command that succeeded. */
export interface DonePart {
  readonly node: Node;
  readonly keys: readonly Key[];
  /** What the node replied. */
  readonly reply: unknown;
}

/** A command went to several nodes, and some of them failed: its `code` is `client.split`. */
export class SplitError extends KeyhomeError {
  /** What is not done, or not known to be done, and why. */
  readonly failures: readonly FailedPart[];
  /** What is done. */
  readonly successes: readonly DonePart[];

  constructor(name: string, failures: readonly FailedPart[], successes: readonly DonePart[]) {
    const all = failures.length + successes.length;
    const each = failures.map(({ node, keys, error }) => {
      const about = keys.length > 0 ? ` (${keys.length} ${keys.length === 1 ? "key" : "keys"})` : "";
      return `${node.name}${about}: ${error.message}`;
    });
    const message = `${name} failed on ${failures.length} of ${all} nodes: ${each.join("; ")}`;
    super("client.split", message, undefined, undefined, undefined, failures[0]?.error);
    this.failures = failures;
    this.successes = successes;
  }
}

Object.defineProperty(SplitError.prototype, "name", { value: "SplitError", configurable: true, writable: true });
