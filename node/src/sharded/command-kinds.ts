// What the core's table says of a command, asked once a name.

import { type CommandKind, commandKind, type CommandWord } from "../index.js";

const kinds = new Map<string, CommandKind>();

/**
 * The kind of a command.
 *
 * @param args - its words without the name
 * @throws KeyhomeError `command.unknown`
 */
export function kindOf(name: string, args: readonly CommandWord[]): CommandKind {
  const kind = kinds.get(name) ?? ask(name);
  return kind.container && args.length > 0 ? kindOfSubcommand(name, String(args[0])) : kind;
}

function kindOfSubcommand(name: string, subcommand: string): CommandKind {
  return kinds.get(`${name} ${subcommand}`) ?? ask(name, subcommand);
}

function ask(name: string, subcommand?: string): CommandKind {
  const kind = commandKind(name, subcommand);
  // Letters of either case make many names of one: what people really write is few.
  if (kinds.size < 4096) kinds.set(subcommand === undefined ? name : `${name} ${subcommand}`, kind);
  return kind;
}
