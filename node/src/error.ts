// The one class of errors, whichever engine finds them.

/**
 * The kind of a {@link KeyhomeError}: a word that never changes, the same in every language that keyhome speaks.
 *
 * | code | what is wrong |
 * |---|---|
 * | `config.syntax` | the text is not YAML or JSON, or uses an anchor, alias, tag, directive or second document |
 * | `config.field` | an unknown key, or one given twice |
 * | `config.type` | a value of the wrong type, or an empty one |
 * | `config.value` | a word or number that the key does not take |
 * | `config.number` | not decimal digits, or above 2147483647 |
 * | `config.weight` | a weight below 1, or weights whose sum is too large |
 * | `config.server` | a server that cannot be read: its shape, its port, its weight, its name |
 * | `config.name` | two servers, pools or listens alike |
 * | `config.option` | an option that the pool's dialect does not have |
 * | `config.empty` | no pool, or a pool without servers |
 * | `config.slots` | slots that cannot be read, or that two nodes claim |
 * | `config.points` | no ring points at all, or too many |
 * | `config.nodes` | more than 65,535 nodes |
 * | `config.memcached` | a proxy was asked to serve a memcached pool |
 * | `pool.unknown` | no pool has that name |
 * | `pool.required` | there are several pools and none was named |
 * | `pool.empty` | no node would be left |
 * | `node.unknown` | no node has that name |
 * | `node.ejected` | the node of the key failed too often, and `on_failure: fail` refuses its keys |
 * | `pool.ejected` | all nodes failed too often |
 * | `replica.unavailable` | no endpoint is up that the policy would read from |
 * | `slot.uncovered` | nobody owns the slot of the key |
 * | `key.encoding` | a key that must be text is not: a lone surrogate; for `charsum`, bytes that are not UTF-8 |
 * | `key.type` | a key that is neither text nor bytes |
 * | `placement.random` | a pool of `distribution: random` gives no key a home |
 * | `command.unknown` | the command is not in the table |
 * | `command.arguments` | too few or too many words, or a count of keys that cannot be |
 * | `cluster.reply` | a cluster's reply that cannot be read, or in which nobody owns a slot |
 * | `batch.offsets` | offsets that do not fit the bytes |
 * | `argument.type` | an argument, other than a key, of a type that it cannot have |
 * | `argument.range` | a number, other than of a config, below or above what the call takes |
 * | `hotkeys.merge` | summaries of hot keys whose options differ, or that are too much together |
 * | `hotkeys.bytes` | bytes that are not those of a summary of hot keys |
 * | `client.cluster` | the pool is a Redis Cluster, which has a client of its own |
 * | `client.split` | of a command that was split over nodes some parts failed; others were done |
 * | `client.nodes` | the keys of a command, transaction or script live on different nodes, and it cannot be split |
 * | `client.queue` | too many commands wait for a node |
 * | `client.unsupported` | the command or call has no meaning over several nodes |
 * | `client.closed` | the client was closed |
 * | `fingerprint.differs` | another writer to the servers of the pool places keys differently |
 * | `engine.unavailable` | the engine that was asked for is not there |
 * | `engine.failure` | keyhome itself failed, which is an error in it |
 */
export type ErrorCode =
  | "config.syntax"
  | "config.field"
  | "config.type"
  | "config.value"
  | "config.number"
  | "config.weight"
  | "config.server"
  | "config.name"
  | "config.option"
  | "config.empty"
  | "config.slots"
  | "config.points"
  | "config.nodes"
  | "config.memcached"
  | "pool.unknown"
  | "pool.required"
  | "pool.empty"
  | "node.unknown"
  | "node.ejected"
  | "pool.ejected"
  | "replica.unavailable"
  | "slot.uncovered"
  | "key.encoding"
  | "key.type"
  | "placement.random"
  | "command.unknown"
  | "command.arguments"
  | "cluster.reply"
  | "batch.offsets"
  | "argument.type"
  | "argument.range"
  | "hotkeys.merge"
  | "hotkeys.bytes"
  | "client.cluster"
  | "client.split"
  | "client.nodes"
  | "client.queue"
  | "client.unsupported"
  | "client.closed"
  | "fingerprint.differs"
  | "engine.unavailable"
  | "engine.failure";

/**
 * The only error that keyhome throws.
 *
 * @example
 * ```ts
 * import { KeyhomeError, Router } from "keyhome";
 *
 * try {
 *   Router.fromConfig("pool:\n  hash: fnv\n");
 * } catch (error) {
 *   if (error instanceof KeyhomeError && error.code === "config.value") {
 *     console.error(error.message); // "line 2, column 9: hash: found `fnv`; ..."
 *   }
 * }
 * ```
 */
export class KeyhomeError extends Error {
  /** What is wrong, for programs. */
  readonly code: ErrorCode;
  /** The line of the config or reply, from 1, where the error is about a place in a text. */
  declare readonly line?: number;
  /** The column in that line, from 1, in code points. */
  declare readonly column?: number;
  /** The position in its array, from 0, of the key or name that the error is about. */
  declare readonly position?: number;

  /**
   * Engines make these; there is no need to make one yourself.
   *
   * @param code - what is wrong, for programs
   * @param message - what was found and what is accepted, for people, place included
   */
  constructor(code: ErrorCode, message: string, line?: number, column?: number, position?: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    if (line !== undefined) this.line = line;
    if (column !== undefined) this.column = column;
    if (position !== undefined) this.position = position;
  }
}

Object.defineProperty(KeyhomeError.prototype, "name", { value: "KeyhomeError", configurable: true, writable: true });
