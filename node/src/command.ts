// Which words of a command are keys, and where it goes in a pool of several nodes.

import { array, guarded, indexNumber, isBytes, naturalNumber, text, wrongType } from "./arguments.js";
import { engine } from "./engine/current.js";
import type { Key } from "./key.js";

/** What is true of a command whatever its words are. */
interface CommandRow {
  /** Its name as Redis writes it: `get`, `xgroup|create`. */
  readonly command: string;
  /** Whether it changes data: a `read` may go to a replica, anything else goes to the primary. */
  readonly access: "read" | "write" | "neither";
  /** Whether it can wait for something to happen (BLPOP): then it needs a connection of its own. */
  readonly blocking: boolean;
  /**
   * Where it goes: to the one node of its keys (`home`); to the nodes of its keys, each with its own of them (`split`); to
   * the node that owns its channels (`channel`); to any node; to every primary; to every server, replicas too; from one
   * primary to the next with a cursor (SCAN); it follows its connection (AUTH, MULTI); or it is about one server, and
   * only the caller can say which (CONFIG, SHUTDOWN).
   */
  readonly fan_out:
    | "home"
    | "split"
    | "channel"
    | "any"
    | "all_primaries"
    | "all_nodes"
    | "cursor"
    | "connection"
    | "one_server";
  /**
   * How the replies become one: there is one (`none`); numbers are added, or the least counts, or 1 where all say 1 (in
   * lists place by place); the first reply if all succeeded; the first that succeeded; the first that is not null; lists
   * put together, or in the order of the keys; a cursor, see {@link scanNext}; or they stay apart (`per_node`).
   */
  readonly merge:
    | "none"
    | "sum"
    | "min"
    | "and"
    | "all_ok"
    | "one_ok"
    | "first"
    | "union"
    | "by_key"
    | "cursor"
    | "per_node";
  /** The words of one key, itself included, where the command can be split: 2 for MSET; else 1. */
  readonly key_step: number;
}

/** Where a command goes in a pool of several nodes, and which of its words are keys. */
export interface CommandRoute extends CommandRow {
  /** The positions of its keys, the command's name being 0. */
  readonly keys: readonly number[];
  /** The positions of its channels, where it goes by them. */
  readonly channels: readonly number[];
}

/** What the name of a command alone says of it. */
export interface CommandKind extends CommandRow {
  /**
   * The second word chooses a subcommand, which is to be asked for by both words. Of XGROUP, which is no command by itself,
   * nothing else here says anything; of COMMAND, which is one, the rest is about COMMAND without other words.
   */
  readonly container: boolean;
  /**
   * The position of its only key, where that is the same whatever the other words are: 1 for GET and SET, 2 for
   * OBJECT ENCODING. Null where there is no key, or where the words decide.
   */
  readonly only_key: number | null;
}

/** A word of a command; a number is its decimal digits, as clients send it. */
export type CommandWord = Key | number;

/**
 * The positions of the keys of a command, in the order of `COMMAND GETKEYS`.
 *
 * @param args - the words, the command's name first, in letters of either case
 * @throws KeyhomeError `command.unknown`; `command.arguments`; `key.encoding` and `key.type` with the `position` of the word;
 *   `argument.type`
 *
 * @example
 * ```ts
 * import { commandKeys } from "keyhome";
 *
 * commandKeys(["SET", "user:1001", "Ada", "EX", "60"]); // => [1]
 * commandKeys(["ZUNIONSTORE", "sum", "2", "a", "b", "WEIGHTS", "1", "2"]); // => [1, 3, 4]
 * ```
 */
export function commandKeys(args: readonly CommandWord[]): number[] {
  const keys = engine().commandKeys(wordsOf(args));
  if (typeof keys !== "number") return Array.from(keys);
  const [first, step, count] = [keys & 1023, (keys >> 10) & 1023, keys >> 20];
  const positions: number[] = [];
  for (let number = 0; number < count; number++) positions.push(first + number * step);
  return positions;
}

/**
 * Where a command goes in a pool of several nodes, and its keys.
 *
 * @param args - the words, the command's name first
 * @throws KeyhomeError those of {@link commandKeys}; also `command.arguments` for an MSET whose last key has no value
 *
 * @example
 * ```ts
 * import { commandRoute } from "keyhome";
 *
 * const { keys, fan_out, merge } = commandRoute(["DEL", "a", "b"]);
 * [keys, fan_out, merge]; // => [[1, 2], "split", "sum"]
 * ```
 */
export function commandRoute(args: readonly CommandWord[]): CommandRoute {
  return JSON.parse(engine().commandRoute(wordsOf(args))) as CommandRoute;
}

/**
 * What the name of a command alone says of it, for a client that asks once a name and keeps the answer.
 *
 * @param name - the name, in letters of either case
 * @param subcommand - the second word of the command; it is not looked at where the first has no subcommands
 * @throws KeyhomeError `command.unknown`; `key.encoding` and `key.type` with the `position` of the word, 0 or 1
 *
 * @example
 * ```ts
 * import { commandKind } from "keyhome";
 *
 * commandKind("SET").only_key; // => 1
 * commandKind("MGET").fan_out; // => "split"
 * commandKind("OBJECT").container; // => true
 * commandKind("OBJECT", "ENCODING").only_key; // => 2
 * ```
 */
export function commandKind(name: Key, subcommand?: Key): CommandKind {
  const words = subcommand === undefined ? [name] : [name, subcommand];
  return JSON.parse(engine().commandKind(wordsOf(words))) as CommandKind;
}

/** The words as a plain array of texts and bytes, each read once. */
function wordsOf(args: readonly unknown[]): Key[] {
  array(args, "args");
  return guarded("argument.type", "the array of words", () => {
    const words: Key[] = [];
    for (let position = 0; position < args.length; position++) {
      const word = args[position];
      if (typeof word === "string") words.push(text(word, "a word", "key.encoding", position));
      else if (typeof word === "number") words.push(String(word));
      else if (isBytes(word)) words.push(word);
      else throw wrongType("a word", "a string, bytes or a number", word, position, "key.type");
    }
    return words;
  });
}

/** A cursor of SCAN: decimal digits, as Redis gives them, or a number. */
export type ScanCursor = string | number | bigint;

/**
 * Which node a SCAN over all nodes asks next, and with which cursor of that node. The cursor of the whole scan is 0 at the
 * beginning, then what {@link scanNext} gives, until that is `"0"` again.
 *
 * @param cursor - the cursor of the whole scan, below 2^64
 * @param nodes - the number of nodes, the same from the first call to the last
 * @throws KeyhomeError `command.arguments`, `argument.type`, `argument.range`
 *
 * @example
 * ```ts
 * import { scanNext, scanTarget } from "keyhome";
 *
 * scanTarget("0", 3); // => { node: 0, cursor: "0" }
 * scanNext("0", "17", 3); // => "51"
 * scanTarget("51", 3); // => { node: 0, cursor: "17" }
 * scanNext("51", "0", 3); // => "1"
 * scanTarget("1", 3); // => { node: 1, cursor: "0" }
 * ```
 */
export function scanTarget(cursor: ScanCursor, nodes: number): { node: number; cursor: string } {
  const target = engine().scanTarget(digits(cursor, "the cursor"), indexNumber(nodes, "nodes"));
  const [node, own] = target.split(" ") as [string, string];
  return { node: Number(node), cursor: own };
}

/**
 * The cursor with which a SCAN over all nodes goes on, when the node of {@link scanTarget} has answered with a cursor of
 * its own: there, or at the next node, or `"0"` where all is scanned.
 *
 * @param cursor - the cursor of the whole scan
 * @param answered - what the node has answered
 * @param nodes - the number of nodes
 * @throws KeyhomeError `command.arguments`, `argument.type`, `argument.range`
 */
export function scanNext(cursor: ScanCursor, answered: ScanCursor, nodes: number): string {
  const [whole, own] = [digits(cursor, "the cursor"), digits(answered, "the answered cursor")];
  return engine().scanNext(whole, own, indexNumber(nodes, "nodes"));
}

function digits(cursor: unknown, what: string): string {
  if (typeof cursor === "bigint") return String(cursor);
  if (typeof cursor === "number") return String(naturalNumber(cursor, what));
  return text(cursor, what, "command.arguments");
}
