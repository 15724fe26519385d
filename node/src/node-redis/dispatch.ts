// From the words of a command to the nodes that are asked, and from their replies to one.

import { type CommandKind, KeyhomeError, type ReadFrom } from "../index.js";
import { kindOf } from "../sharded/command-kinds.js";
import { commonHome, keyPlaces, type Part } from "../sharded/command-parts.js";
import { now } from "../sharded/live-placement.js";
import { errorOf, outcomeOf } from "../sharded/outcome.js";
import { merged } from "../sharded/replies.js";
import { homeOfOnlyKey, scanReply, targetsOf } from "../sharded/targets.js";
import type { Endpoint } from "./endpoint.js";
import type { CallOptions, Words } from "./native-client.js";
import type { Pool } from "./pool.js";
import type { Question, Shard } from "./shard.js";

/** A command, as node-redis has made it. */
export interface Asked {
  /** Its words, with the name. */
  readonly words: Words;
  /** Those of them that are keys; undefined where only the words are known. */
  readonly keys: Words | undefined;
  /** The policy of its reads. */
  readonly policy: ReadFrom;
  readonly options: CallOptions;
  /** Asks a client for all of it. */
  readonly question: Question;
  /** Makes of the reply that several nodes gave what is returned. */
  readonly transform: (reply: unknown) => unknown;
}

/**
 * Sends a command to where it belongs.
 *
 * @throws KeyhomeError at once: those of `targetsOf`; `command.unknown` for a command that neither the table nor node-redis
 *   knows; `client.queue`, `node.ejected`
 */
export function dispatch(pool: Pool, asked: Asked): Promise<unknown> {
  const { words, keys, policy, question } = asked;
  const name = String(words[0]);
  const args = words.slice(1);
  const kind = knownKind(name, args);
  if (kind === undefined) return ofUnknown(pool, name, asked);
  const index = homeOfOnlyKey(args, kind, pool.placement);
  if (pool.hotKeys !== undefined) countKeys(pool, keys ?? keyPlaces(name, args, kind).map((place) => args[place]!));
  if (index !== undefined) return sentByKind(pool, pool.shards[index]!, question, kind, policy);
  const parts = targetsOf(name, args, kind, pool.placement);
  const [first] = parts;
  const isWhole = parts.length === 1 && first!.args === args && kind.fan_out !== "all_nodes";
  if (isWhole) return sentByKind(pool, pool.shards[first!.node]!, question, kind, policy);
  return replyOfParts(pool, name, args, kind, parts, asked).then(asked.transform);
}

function knownKind(name: string, args: Words): CommandKind | undefined {
  try {
    return kindOf(name, args);
  } catch (error) {
    if (error instanceof KeyhomeError && error.code === "command.unknown") return undefined;
    throw error;
  }
}

/** A module's command that node-redis knows the keys of. Whether it reads nobody says, so it goes to the primary. */
function ofUnknown(pool: Pool, name: string, { keys = [], question }: Asked): Promise<unknown> {
  const index = commonHome(name, keys, keys.map((_, at) => at), pool.placement);
  if (index === undefined) throw new KeyhomeError("command.unknown", `there is no command \`${name}\`, or its keys are not known`);
  countKeys(pool, keys);
  return sent(pool, pool.shards[index]!, question, undefined, false);
}

function countKeys(pool: Pool, keys: Words): void {
  if (pool.hotKeys === undefined) return;
  const at = now();
  for (const key of keys) pool.hotKeys.record(key, at);
}

/** Sends to a node, by the policy where the command reads. */
function sentByKind(pool: Pool, shard: Shard, question: Question, kind: CommandKind, policy: ReadFrom): Promise<unknown> {
  const readFrom = kind.access === "read" && policy !== "primary" ? policy : undefined;
  return sent(pool, shard, question, readFrom, kind.blocking);
}

function sent(pool: Pool, shard: Shard, question: Question, readFrom: ReadFrom | undefined, patient: boolean): Promise<unknown> {
  // The replicas of a node that is refused may still be read.
  if (readFrom === undefined || shard.endpoints.length === 1) pool.placement.admit(shard.index);
  return shard.ask(question, readFrom, patient);
}

/** A part of a command, and who is asked: a certain replica, where it is not for the shard to choose. */
interface Target {
  readonly shard: Shard;
  readonly replica?: Endpoint;
  readonly part: Part;
}

async function replyOfParts(
  pool: Pool,
  name: string,
  args: Words,
  kind: CommandKind,
  parts: readonly Part[],
  { policy, options }: Asked,
): Promise<unknown> {
  const targets: Target[] = parts.map((part) => ({ shard: pool.shards[part.node]!, part }));
  if (kind.fan_out === "all_nodes") targets.push(...targets.flatMap(replicasOf));
  const results = await Promise.allSettled(
    targets.map(async ({ shard, replica, part }) => {
      const question: Question = (client) => client.sendCommand([name, ...part.args], options);
      if (replica !== undefined) return shard.askEndpoint(replica, question, kind.blocking);
      return sentByKind(pool, shard, question, kind, policy);
    }),
  );
  const { failures, successes, replies, isDone } = outcomeOf(name, args, kind, targets, results);
  if (!isDone) throw errorOf(name, failures, successes);
  const { cursor } = parts[0]!;
  if (cursor === undefined) return merged(kind.merge, replies);
  const [next, ...found] = scanReply(cursor, replies[0]!.reply as unknown[], pool.placement);
  // As text: the iterator of version 5 does not see the end of a scan in bytes.
  return [String(next), ...found];
}

/** Replicas that are connected: the others have nothing that could be asked or changed. */
function replicasOf({ shard, part }: Target): Target[] {
  const connected = shard.endpoints.slice(1).filter(({ client }) => client.isReady);
  return connected.map((replica) => ({ shard, replica, part }));
}
