// The error of keys that would have to live together.

import { KeyhomeError, type Node } from "../index.js";

/**
 * @param what - whose keys they are
 * @param nodes - where they live
 * @param instead - what else can be done, after a hash tag
 */
export function severalNodes(what: string, nodes: Iterable<Node>, instead = ""): KeyhomeError {
  const names = Array.from(nodes, ({ name }) => name).join(", ");
  const message = `the keys of ${what} live on different nodes (${names}); a hash tag keeps keys together${instead}`;
  return new KeyhomeError("client.nodes", message);
}
