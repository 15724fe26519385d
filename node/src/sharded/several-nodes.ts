// The error of keys that would have to live together.

import { KeyhomeError } from "../index.js";
import type { LivePlacement } from "./live-placement.js";

/**
 * @param what - whose keys they are
 * @param nodes - where they live, by index
 * @param instead - what else can be done, after a hash tag
 */
export function severalNodes(what: string, nodes: Iterable<number>, placement: LivePlacement, instead = ""): KeyhomeError {
  const names = Array.from(nodes, (index) => placement.name(index)).join(", ");
  const message = `the keys of ${what} live on different nodes (${names}); a hash tag keeps keys together${instead}`;
  return new KeyhomeError("client.nodes", message);
}
