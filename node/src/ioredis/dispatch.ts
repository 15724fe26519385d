// From a command of ioredis to the nodes that are asked, and from their replies to its own.

import { Command } from "ioredis";
import { type CommandKind, type Key, KeyhomeError, type ReadFrom } from "../index.js";
import { kindOf } from "../sharded/command-kinds.js";
import { keyPlaces, type Part } from "../sharded/command-parts.js";
import { errorOf, outcomeOf } from "../sharded/outcome.js";
import { merged, type NodeReply } from "../sharded/replies.js";
import type { DonePart } from "../sharded/split-error.js";
import { homeOfOnlyKey, scanReply, targetsOf } from "../sharded/targets.js";
import { now } from "../sharded/live-placement.js";
import type { Connection } from "./connection.js";
import type { Pool } from "./pool.js";
import type { Sending, Shard } from "./shard.js";

/** What a connection remembers, and is told over every connection. */
const OF_EVERY_CONNECTION = new Set(["select", "auth", "client|setname", "client|setinfo", "client|no-evict", "client|no-touch"]);

/** A command, or a part of one, and who is asked. */
export interface Target {
  readonly shard: Shard;
  /** Which endpoint, where it is not for the shard to choose. */
  readonly replica?: Connection;
  readonly command: Command;
  readonly part: Part;
}

/** The words of a command of ioredis: it has made text or bytes of them all. */
export function wordsOf(command: Command): Key[] {
  return command.args as Key[];
}

/** Serves what is about the connection of its caller: gives whether it did. */
export type Special = (command: Command, name: string) => boolean;

/**
 * Sends a command to where it belongs.
 *
 * @throws KeyhomeError where it is sent nowhere
 */
export function dispatch(pool: Pool, command: Command, readFrom: ReadFrom, special: Special): void {
  const args = wordsOf(command);
  const kind = kindOf(command.name, args);
  const index = homeOfOnlyKey(args, kind, pool.placement);
  if (pool.hotKeys !== undefined) countKeys(pool, command, kind);
  if (index !== undefined) {
    sendTo(pool, pool.shards[index]!, command, kind, readFrom);
    return;
  }
  if (special(command, kind.command)) return;
  if (kind.fan_out === "connection" && OF_EVERY_CONNECTION.has(kind.command)) {
    toEveryConnection(pool, command, kind);
    return;
  }
  const targets = targetsOfCommand(pool, command, kind);
  if (targets.length === 1 && targets[0]!.command === command) {
    sendTo(pool, targets[0]!.shard, command, kind, readFrom);
    return;
  }
  for (const { shard, replica, command: part } of targets) {
    try {
      if (replica === undefined) sendTo(pool, shard, part, kind, readFrom);
      else replica.send(part);
    } catch (error) {
      part.reject(error as Error);
    }
  }
  settle(pool, command, kind, targets);
}

/** The targets of a command; where there is one that is asked the very same, it is the command itself. */
export function targetsOfCommand(pool: Pool, command: Command, kind: CommandKind): Target[] {
  const parts = targetsOf(command.name, wordsOf(command), kind, pool.placement);
  const isWhole = parts.length === 1 && parts[0]!.args === command.args;
  // Replies are merged as bytes; the command makes of them what its caller wants.
  const copy = (part: Part) => new Command(command.name, part.args as string[], { replyEncoding: null });
  const targets: Target[] = parts.map((part) => {
    return { shard: pool.shards[part.node]!, command: isWhole ? command : copy(part), part };
  });
  if (kind.fan_out !== "all_nodes") return targets;
  const replicas = targets.flatMap(({ shard, part }) => {
    const connected = shard.endpoints.slice(1).filter(({ redis }) => redis.status === "ready");
    return connected.map((replica) => ({ shard, replica, command: copy(part), part }));
  });
  if (replicas.length === 0) return targets;
  return [...targets.map((target) => ({ ...target, command: copy(target.part) })), ...replicas];
}

function sendTo(pool: Pool, shard: Shard, command: Command, kind: CommandKind, policy: ReadFrom): void {
  const readFrom = kind.access === "read" && policy !== "primary" ? policy : undefined;
  // The replicas of a node that is refused may still be read.
  if (readFrom === undefined || shard.endpoints.length === 1) pool.placement.admit(shard.index);
  const sending: Sending = { readFrom, blocking: kind.blocking };
  shard.send(command, sending);
}

/** Counts the keys of a command. */
export function countKeys(pool: Pool, command: Command, kind: CommandKind): void {
  const args = wordsOf(command);
  const at = now();
  for (const place of keyPlaces(command.name, args, kind)) pool.hotKeys?.record(args[place]!, at);
}

/** When all parts have replied, or failed, so does the command. */
export function settle(pool: Pool, command: Command, kind: CommandKind, targets: readonly Target[]): void {
  Promise.allSettled(targets.map(({ command }) => command.promise)).then((results) => {
    const { failures, successes, replies, isDone } = outcomeOf(command.name, wordsOf(command), kind, targets, results);
    if (isDone) resolveWith(pool, command, kind, targets, replies);
    else command.reject(errorOf(command.name, failures, asItsCaller(command, targets, successes)));
  });
}

/** Replies of parts in the form in which the caller of the command gets its own. */
function asItsCaller(command: Command, targets: readonly Target[], successes: readonly DonePart[]): DonePart[] {
  tellProtocol(command, targets);
  return successes.map((part) => ({ ...part, reply: command.transformReply(part.reply as Buffer) }));
}

/** From version 6 on replies depend on the protocol that was spoken. */
function tellProtocol(command: Command, targets: readonly Target[]): void {
  const { protocol, replyMapping } = targets[0]!.command as unknown as Record<string, unknown>;
  if (protocol !== undefined) Object.assign(command, { protocol, replyMapping });
}

function resolveWith(
  pool: Pool,
  command: Command,
  kind: CommandKind,
  targets: readonly Target[],
  replies: readonly NodeReply[],
): void {
  try {
    tellProtocol(command, targets);
    const cursor = targets[0]!.part.cursor;
    const reply =
      cursor === undefined
        ? merged(kind.merge, replies)
        : scanReply(cursor, replies[0]!.reply as unknown[], pool.placement);
    command.resolve(reply as never);
  } catch (error) {
    command.reject(error as Error);
  }
}

/** SELECT, AUTH: for what is connected and what will be; ioredis repeats them where it connects again. */
function toEveryConnection(pool: Pool, command: Command, kind: CommandKind): void {
  const sent = pool.connections().map(({ redis }) => {
    const copy = new Command(command.name, wordsOf(command) as string[], { replyEncoding: null });
    redis.sendCommand(copy);
    return copy.promise;
  });
  Promise.all(sent).then(
    (replies) => {
      if (kind.command === "select") pool.select(Number(command.args[0]));
      command.resolve(replies[0] as never);
    },
    (error: Error) => command.reject(error),
  );
}

/** Told to people who call what a client of many servers cannot do. */
export function unsupported(what: string, instead: string): KeyhomeError {
  return new KeyhomeError("client.unsupported", `${what} has no meaning over several nodes; ${instead}`);
}
