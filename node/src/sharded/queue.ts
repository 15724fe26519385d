// How many commands may wait for a node.

import { KeyhomeError, type Node } from "../index.js";

/** Unless said otherwise. */
const MAX_QUEUE = 100_000;

/** @throws KeyhomeError `argument.range` */
export function maxQueueOf({ maxQueue = MAX_QUEUE }: { readonly maxQueue?: number | undefined }): number {
  if (maxQueue >= 1) return maxQueue;
  throw new KeyhomeError("argument.range", `maxQueue is ${maxQueue}; it is at least 1`);
}

/**
 * Refuses a command more to an endpoint of a node.
 *
 * @throws KeyhomeError `client.queue`
 */
export function refuseIfFull(
  { waiting, address }: { readonly waiting: number; readonly address: string },
  { name }: Node,
  maxQueue: number,
): void {
  if (waiting < maxQueue) return;
  throw new KeyhomeError("client.queue", `${maxQueue} commands wait for ${name} (${address}), which does not keep up`);
}
