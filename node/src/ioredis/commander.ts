// The class of ioredis that has a method for each command, and its type.

import type { Command, RedisCommander } from "ioredis";
import commander = require("ioredis/built/utils/Commander.js");

/** Methods for all commands, which end in `sendCommand`. */
export interface CommandMethods extends RedisCommander<{ type: "default" }> {
  getBuiltinCommands(): string[];
  createBuiltinCommand(commandName: string): { string: unknown; buffer: unknown };
  addBuiltinCommand(commandName: string): void;
  /** Defines a command by a script. */
  defineCommand(name: string, definition: { lua: string; numberOfKeys?: number; readOnly?: boolean }): void;
  /** @ignore */
  readonly scriptsSet: object;
  /** @ignore */
  readonly addedBuiltinSet: Set<string>;
  /** @ignore */
  sendCommand(command: Command): unknown;
}

/**
 * ioredis 5 and 6 have it at this place, for want of a public one; its type there is not the same for all who import it.
 */
export const Commander = commander.default as unknown as new () => CommandMethods;
