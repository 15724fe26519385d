// From what a client is made of, a config or a list of nodes, to the router and settings of its pool.

import { KeyhomeError, type PoolSettings, poolSettings, Router } from "../index.js";

/** A server of a pool, for clients that are made without a config. */
export interface NodeOptions {
  /** A host name or address, or the path of a unix socket. */
  readonly host: string;
  /** 6379 unless said. */
  readonly port?: number;
  /** What the ring hashes; `host:port` unless said. */
  readonly name?: string;
  /** At least 1, which it is unless said. */
  readonly weight?: number;
  /** Where it stands, for `readFrom: "nearest"`. */
  readonly zone?: string;
  /** Copies of it that may serve reads. */
  readonly replicas?: readonly { readonly host: string; readonly port?: number; readonly zone?: string }[];
}

/** The servers of a pool: as in a config (`host:port:weight name`), or as options. */
export type PoolNodes = readonly (string | NodeOptions)[];

/** What a client is made of: the text of a config, a nutcracker.yml as it stands, or a list of nodes. */
export type PoolSource = string | PoolNodes;

/** Which pool of a config it is; for a list of nodes, the rest of the pool. */
export interface PoolChoice {
  /** The name of the pool; not needed where the config has one. */
  readonly pool?: string | undefined;
  /** For a list of nodes: the keys of a pool in a config, such as `distribution`, `hash_tag` and `auto_eject_hosts`. */
  readonly poolOptions?: Readonly<Record<string, string | number | boolean>> | undefined;
}

/** A pool that a client can serve. */
export interface PoolPlan {
  readonly router: Router;
  readonly settings: PoolSettings;
}

const POOL = "nodes";

/**
 * The pool of a config, or of nodes.
 *
 * @throws KeyhomeError those of `Router.fromConfig`; `client.cluster` for a Redis Cluster; `placement.random`;
 *   `argument.type`
 */
export function planOf(source: PoolSource, { pool, poolOptions }: PoolChoice, advice: string): PoolPlan {
  const [text, name] = typeof source === "string" ? [source, pool] : [configOf(source, poolOptions), POOL];
  const settings = poolSettings(text, name);
  if (settings.dialect === "redis-cluster") {
    const message = `the pool \`${settings.name}\` is a Redis Cluster, whose servers say themselves where slots live; ${advice}`;
    throw new KeyhomeError("client.cluster", message);
  }
  const router = Router.fromConfig(text, name);
  // `distribution: random` gives no key a home; better said here than with every command.
  router.index("");
  return { router, settings };
}

function configOf(nodes: PoolNodes, poolOptions: PoolChoice["poolOptions"]): string {
  if (!Array.isArray(nodes)) {
    throw new KeyhomeError("argument.type", "a client is made of the text of a config or of an array of nodes");
  }
  const servers = nodes.map((node: string | NodeOptions) => {
    if (typeof node === "string") return node;
    const { name, weight, zone, replicas } = node;
    const copies = replicas?.map((replica) => ({ address: addressOf(replica), zone: replica.zone }));
    return { name, address: addressOf(node), weight, zone, replicas: copies };
  });
  return JSON.stringify({ [POOL]: { ...poolOptions, servers } });
}

function addressOf({ host, port = 6379 }: { readonly host: string; readonly port?: number }): string {
  return host.startsWith("/") ? host : `${host}:${port}`;
}
