// MULTI: on the node of its keys, or on each of several where that is allowed.

import type { Key } from "../index.js";
import { kindOf } from "../sharded/command-kinds.js";
import { commonHome, keyPlaces } from "../sharded/command-parts.js";
import { severalNodes } from "../sharded/several-nodes.js";
import { type DonePart, type FailedPart, SplitError } from "../sharded/split-error.js";
import type { CallOptions, QueuedCommand } from "./native-client.js";
import type { Pool } from "./pool.js";
import type { Shard } from "./shard.js";

/**
 * Runs a transaction.
 *
 * @param watched - the node whose keys are watched
 * @returns the replies in the order of the commands
 * @throws KeyhomeError `client.nodes`; `client.split` where it was done on some nodes only
 */
export async function runTransaction(
  pool: Pool,
  queue: readonly QueuedCommand[],
  watched: Shard | undefined,
  options: CallOptions,
): Promise<unknown[]> {
  const homes = queue.map(({ args }) => homeOf(pool, args));
  const shards = new Set(homes.filter((home) => home !== undefined));
  if (watched !== undefined) shards.add(watched);
  if (shards.size > 1 && (watched !== undefined || pool.options.splitMulti !== true)) {
    const instead = watched === undefined ? "; with the option `splitMulti` each node does its part for itself" : "";
    throw severalNodes("a transaction", Array.from(shards, ({ node }) => node), instead);
  }
  // What has no keys goes with the rest.
  const [first = pool.shards[pool.placement.live()[0] ?? 0]!] = shards;
  const byShard = new Map<Shard, number[]>();
  homes.forEach((home = first, at) => byShard.set(home, [...(byShard.get(home) ?? []), at]));
  if (byShard.size === 0) byShard.set(first, []);
  return repliesOf(pool, queue, [...byShard], options);
}

function homeOf(pool: Pool, [word, ...args]: readonly Key[]): Shard | undefined {
  const name = String(word);
  const kind = kindOf(name, args);
  const index = commonHome(name, args, keyPlaces(name, args, kind), pool.placement);
  return index === undefined ? undefined : pool.shards[index]!;
}

async function repliesOf(
  pool: Pool,
  queue: readonly QueuedCommand[],
  byShard: readonly (readonly [Shard, readonly number[]])[],
  options: CallOptions,
): Promise<unknown[]> {
  const results = await Promise.allSettled(
    byShard.map(async ([shard, places]) => {
      pool.placement.admit(shard.index);
      const commands = places.map((place) => queue[place]!);
      const question = shard.ask((client) => client.withCommandOptions(options)._executeMulti(commands), undefined, false);
      return question as Promise<unknown[]>;
    }),
  );
  const [failures, successes]: [FailedPart[], DonePart[]] = [[], []];
  const replies: unknown[] = [];
  results.forEach((result, at) => {
    const [{ node }, places] = byShard[at]!;
    if (result.status === "rejected") failures.push({ node, keys: [], error: result.reason as Error });
    else {
      successes.push({ node, keys: [], reply: result.value });
      places.forEach((place, number) => (replies[place] = result.value[number]));
    }
  });
  if (failures.length > 0 && byShard.length === 1) throw failures[0]!.error;
  if (failures.length > 0) throw new SplitError("MULTI", failures, successes);
  return replies;
}
