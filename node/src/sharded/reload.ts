// From the shards of a pool to those of the pool that takes its place.

import type { Node, Router } from "../index.js";

/** A node of a pool, and its place there: -1 once a reload has taken it out. */
interface Placed {
  readonly node: Node;
  index: number;
}

/**
 * The shards in the order of the new pool.
 *
 * @param keep - called with those whose node's name stays, and their new places
 * @param make - makes those that are new
 */
export function reloaded<Shard extends Placed>(
  before: readonly Shard[],
  { nodes }: Router,
  keep: (shard: Shard, index: number) => void,
  make: (index: number) => Shard,
): Shard[] {
  const byName = new Map(before.map((shard) => [shard.node.name, shard]));
  const after = nodes.map(({ name }, index) => {
    const shard = byName.get(name);
    if (shard === undefined) return make(index);
    byName.delete(name);
    keep(shard, index);
    return shard;
  });
  for (const shard of byName.values()) shard.index = -1;
  return after;
}
