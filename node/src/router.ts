// A router: the one class that users hold, over whichever engine runs.

import type { Arcs, Balance, Diff, Explanation, KeyCopy, Node, Positions } from "./answers.js";
import { array, configAndPool, count, guarded, text, wrongType } from "./arguments.js";
import { type ClusterReply, clusterJson, clusterText } from "./cluster.js";
import type { EngineRouter } from "./engine.js";
import { grantAccess } from "./engine/access.js";
import { engine } from "./engine/current.js";
import { KeyhomeError } from "./error.js";
import type { Key } from "./key.js";
import { keysOf } from "./shown-key.js";

/** In the core's order. */
const POSITIONS: readonly Positions[] = ["ring", "list", "slots", "sum", "only_node"];

/**
 * A pool made ready to answer which of its nodes owns a key.
 *
 * A router never changes: {@link Router.without} makes another one. Many can live side by side; what one holds is freed
 * when nobody refers to it any more.
 *
 * @example
 * ```ts
 * import { Router } from "keyhome";
 *
 * const router = Router.fromConfig(`
 * sessions:
 *   hash_tag: "{}"
 *   servers:
 *    - 10.0.0.1:6379:1 redis-1
 *    - 10.0.0.2:6379:2 redis-2
 *    - 10.0.0.3:6379:1 redis-3
 * `);
 * router.node("user:{1000}:name").address; // => "10.0.0.1:6379"
 *
 * const clients = router.nodes.map((node) => connect(node.address));
 * await clients[router.index("user:1001")].get("user:1001");
 * ```
 */
export class Router {
  readonly #router: EngineRouter;
  static {
    grantAccess((router) => (#router in router ? router.#router : undefined));
  }

  #nodes: readonly Node[] | undefined;
  #fingerprint: string | undefined;

  /**
   * The index in {@link Router.nodes} of the node on which a key lives.
   *
   * The quickest question, made to be asked for every key: hold an array of clients in the order of `nodes` and take
   * `clients[router.index(key)]`. It is a function by itself: it can be passed on without its router.
   *
   * @param key - text, which is its UTF-8 bytes, or bytes
   * @throws KeyhomeError `slot.uncovered`, `key.encoding`, `key.type`, `placement.random`
   */
  readonly index: (key: Key) => number;

  private constructor(router: EngineRouter, nodes?: readonly Node[]) {
    if (typeof router?.index !== "function") {
      throw new KeyhomeError("argument.type", "routers are made by Router.fromConfig and Router.fromCluster");
    }
    this.#router = router;
    this.#nodes = nodes;
    this.index = router.index;
  }

  /**
   * The router of a pool of a config: a nutcracker.yml as it stands, with keyhome's keys or without, in YAML or in JSON.
   *
   * @param config - the text of the config
   * @param pool - the name of the pool; not needed where there is one
   * @throws KeyhomeError codes that begin with `config.`, with line and column; `pool.required`, `pool.unknown`
   */
  static fromConfig(config: string, pool?: string): Router {
    const [from, named] = configAndPool(config, pool);
    return new Router(engine().fromConfig(from, named));
  }

  /**
   * The router of a text that is a config or the reply of `CLUSTER NODES`, whichever it is: what the command line takes as
   * `-c`. {@link poolNames} says which pools there are to choose from.
   *
   * @param config - the text of the config, or of the reply
   * @param pool - the name of the pool; not needed where there is one. A cluster has none
   * @throws KeyhomeError as for {@link Router.fromConfig} and {@link Router.fromCluster}
   */
  static read(config: string, pool?: string): Router {
    const [from, named] = configAndPool(config, pool);
    return new Router(engine().read(from, named));
  }

  /**
   * The router of a cluster, from its reply to `CLUSTER NODES`, `CLUSTER SLOTS` or `CLUSTER SHARDS`, as a client library
   * hands it over. Only primaries that own slots are nodes, in the order of their lowest slot.
   *
   * @param reply - text, or the arrays, objects and Maps of a client; Buffers in it stand for text
   * @throws KeyhomeError `cluster.reply`, `config.slots`
   */
  static fromCluster(reply: ClusterReply): Router {
    const nodes = clusterText(reply);
    if (nodes !== undefined) return new Router(engine().fromClusterText(text(nodes, "the reply", "cluster.reply")));
    return new Router(engine().fromClusterJson(clusterJson(reply)));
  }

  /**
   * The nodes in the order of the config, those taken away by {@link Router.without} included. Frozen.
   */
  get nodes(): readonly Node[] {
    return (this.#nodes ??= frozen(JSON.parse(this.#router.nodes()) as Node[]));
  }

  /**
   * The node on which a key lives.
   *
   * @throws KeyhomeError as for {@link Router.index}
   */
  node(key: Key): Node {
    return this.#at(this.index(key));
  }

  /**
   * The indexes of many keys, in their order.
   *
   * @throws KeyhomeError that of the first key without a home, with its `position`
   */
  indexes(keys: readonly Key[]): Uint32Array {
    return ofMany(keys, (keys) => this.#router.indexes(keys));
  }

  /**
   * The indexes of many keys that lie one behind the other in `bytes`: key `i` is
   * `bytes.subarray(offsets[i], offsets[i + 1])`. The quickest way for keys that are bytes already.
   *
   * @param offsets - n+1 numbers, the first 0, never falling, the last the length of the bytes
   * @throws KeyhomeError `batch.offsets`; else as for {@link Router.indexes}
   */
  indexesPacked(bytes: Uint8Array, offsets: Uint32Array): Uint32Array {
    return this.#router.indexesPacked(bytes, offsets);
  }

  /**
   * Which keys live together: for each node that has keys, by its index, their positions in `keys`, ascending.
   *
   * @throws KeyhomeError as for {@link Router.indexes}
   */
  group(keys: readonly Key[]): Map<number, number[]> {
    const flat = ofMany(keys, (keys) => this.#router.group(keys));
    const groups = new Map<number, number[]>();
    for (let at = 0; at < flat.length; ) {
      const start = at + 2;
      const end = start + flat[at + 1]!;
      groups.set(flat[at]!, Array.from(flat.subarray(start, end)));
      at = end;
    }
    return groups;
  }

  /**
   * Up to `n` nodes that follow the home of a key, each once, without the home: along the ring; modula along its list;
   * charsum along the nodes; redis-cluster has none.
   *
   * Who takes over when a node dies is `router.without([home]).node(key)`, which need not be the first of these.
   *
   * @throws KeyhomeError as for {@link Router.index}
   */
  successors(key: Key, n: number): Node[] {
    return Array.from(this.#router.successors(key, count(n, "n")), (index) => this.#at(index));
  }

  /**
   * The same pool without the named nodes: they own nothing, and the rest share as the dialect does it. Nodes and indexes
   * stay what they are. Names already gone change nothing, and a second call adds to the first.
   *
   * @throws KeyhomeError `node.unknown`; `pool.empty` where no node would be left
   */
  without(names: readonly string[]): Router {
    const gone = guarded("argument.type", "the array of names", () =>
      Array.from(array(names, "names"), (name, position) => text(name, "a name", "node.unknown", position)),
    );
    return new Router(this.#router.without(gone), this.nodes);
  }

  /**
   * As {@link Router.without}, by index: `router.withoutIndexes(health.gone())`.
   *
   * @throws KeyhomeError `argument.range` and `argument.type` with the `position` of the index; `pool.empty`
   */
  withoutIndexes(indexes: readonly number[]): Router {
    const gone = guarded("argument.type", "the array of indexes", () =>
      Uint32Array.from(array(indexes, "indexes"), (index, position) => {
        if (typeof index !== "number") throw wrongType("an index", "a number", index, position);
        if (index >= 0 && index <= 0xffff_ffff && Number.isInteger(index)) return index;
        const message = `position ${position}: there is no node ${index}`;
        throw new KeyhomeError("argument.range", message, undefined, undefined, position);
      }),
    );
    return new Router(this.#router.withoutIndexes(gone), this.nodes);
  }

  /**
   * Up to `n` names for copies of a hot key, so that its reads can be spread: each name lives on another node, none on the
   * key's own, for every plain client of the same pool. Fewer where the pool has not as many nodes; asking for fewer gives
   * the first of the same names, in every language.
   *
   * @returns the index of the node of each name, and the name: text for a key of text (bytes if it is not UTF-8), bytes for
   *   bytes
   * @throws KeyhomeError as for {@link Router.index}
   *
   * @example
   * ```ts
   * import { Router } from "keyhome";
   *
   * const router = Router.fromConfig("pool:\n  servers:\n   - 10.0.0.1:6379:1\n   - 10.0.0.2:6379:1\n");
   * router.copies("feed:home", 1); // => [{ index: 0, key: "feed:home~copy2.keyhome" }]
   * ```
   */
  copies(key: Key, n: number): KeyCopy[] {
    const copies = keysOf<KeyCopy>(this.#router.copies(key, count(n, "n")));
    if (typeof key === "string") return copies;
    const encoder = new TextEncoder();
    return copies.map(({ index, key }) => ({ index, key: typeof key === "string" ? encoder.encode(key) : key }));
  }

  /**
   * Each step from a key to its home: the tag, what is hashed, the hash, where it falls, the node, who is next.
   *
   * @throws KeyhomeError as for {@link Router.index}
   */
  explain(key: Key): Explanation {
    return JSON.parse(this.#router.explain(key)) as Explanation;
  }

  /**
   * Which stretch of the positions of keys is whose, in order, to be drawn: ring points, parts of a list, runs of slots. Nodes
   * taken away by {@link Router.without} own none.
   *
   * @throws KeyhomeError `placement.random`
   *
   * @example
   * ```ts
   * import { Router } from "keyhome";
   *
   * const { by, size, ends, owners } = Router.fromConfig(
   *   "pool: {distribution: modula, servers: [10.0.0.1:6379:3, 10.0.0.2:6379:1]}",
   * ).arcs();
   * [by, size]; // => ["list", 4]
   * ends; // => Uint32Array.of(2, 3)
   * owners; // => Uint32Array.of(0, 1)
   * ```
   */
  arcs(): Arcs {
    const flat = this.#router.arcs();
    const last = flat.length - 2;
    const [ends, owners] = [flat.slice(0, last / 2), flat.slice(last / 2, last)];
    return { by: POSITIONS[flat[last + 1]!]!, size: flat[last]! + 1, ends, owners };
  }

  /** How much each node owns, exactly: a ring's arcs, modula's remainders, slots. */
  balance(): Balance {
    return JSON.parse(this.#router.balance()) as Balance;
  }

  /**
   * What changing from this router to another moves, from whom to whom: exactly where the two can be compared so, else
   * only which addresses change.
   *
   * @throws KeyhomeError `argument.type` where `other` is no router
   */
  diff(other: Router): Diff {
    if (typeof other !== "object" || other === null || !(#router in other)) {
      throw wrongType("the other router", "a Router", other);
    }
    return JSON.parse(this.#router.diff(other.#router)) as Diff;
  }

  /**
   * A short value, `k1-` and 16 hexadecimal digits, that two routers share exactly when they place every key alike, in
   * whatever language and from whatever config they were made.
   *
   * @throws KeyhomeError `placement.random`
   */
  get fingerprint(): string {
    return (this.#fingerprint ??= this.#router.fingerprint());
  }

  /** An index of ours is one of `nodes`. */
  #at(index: number): Node {
    return this.nodes[index]!;
  }
}

/**
 * Asks an engine about many keys. Engines read all of them before they place the first: where one is no key, a key before
 * it may have no home, and then that is the first error.
 */
function ofMany<R>(keys: readonly Key[], ask: (keys: readonly Key[]) => R): R {
  const all = array(keys, "keys");
  try {
    return ask(all);
  } catch (error) {
    if (error instanceof KeyhomeError && error.position !== undefined && error.code.startsWith("key.")) {
      const { position } = error;
      ask(guarded("argument.type", "the array of keys", () => Array.from({ length: position }, (_, at) => all[at]!)));
    }
    throw error;
  }
}

function frozen(nodes: Node[]): readonly Node[] {
  for (const node of nodes) {
    for (const replica of node.replicas) Object.freeze(replica);
    Object.freeze(node.replicas);
    Object.freeze(node);
  }
  return Object.freeze(nodes);
}
