// How a pool is served, as its config says it.

import { configAndPool, text } from "./arguments.js";
import { engine } from "./engine/current.js";
import type { OnFailure } from "./health.js";
import type { ReadFrom } from "./replica-set.js";

/**
 * How a pool is served, and its dialect with options: all that a config says but the servers. For the dialect `twemproxy`
 * numbers, switches and options are there with their defaults; else only what the text says. Times are in milliseconds.
 */
export interface PoolSettings {
  /** The name of the pool. */
  readonly name: string;
  /** Where it places keys exactly like whom. */
  readonly dialect: string;
  /** Where the proxy listens: `host:port`, or the path of a unix socket. */
  readonly listen?: string;
  /** How long a server may take to answer; -1: as long as it likes. */
  readonly timeout?: number;
  readonly backlog?: number;
  readonly client_connections?: number;
  /** Whether the servers speak Redis; else memcached. */
  readonly redis?: boolean;
  readonly tcpkeepalive?: boolean;
  readonly redis_auth?: string;
  readonly redis_db?: number;
  readonly preconnect?: boolean;
  /** Whether a server that fails is taken out for a while. */
  readonly auto_eject_hosts?: boolean;
  readonly server_connections?: number;
  /** How long a server stays out before it is tried again. */
  readonly server_retry_timeout?: number;
  /** Failures in a row after which a server is taken out; 0 is 1. */
  readonly server_failure_limit?: number;
  /** What becomes of the keys of a server that is out; without it `remap`. */
  readonly on_failure?: OnFailure;
  /** Which endpoint of a node is read from; without it the primary. */
  readonly read_from?: ReadFrom;
  /** Where the caller stands, for `read_from: nearest`. */
  readonly zone?: string;
  /** The options of the dialect, such as `hash`, `distribution` and `hash_tag`. */
  readonly [option: string]: string | number | boolean | null | undefined;
}

/**
 * How a pool of a config is served. What it gives can be passed as it is to `Health` and `ReplicaSet`.
 *
 * @param config - the text of the config, as for `Router.fromConfig`
 * @param pool - the name of the pool; not needed where there is one
 * @throws KeyhomeError as for `Router.fromConfig`
 *
 * @example
 * ```ts
 * import { Health, Router, poolSettings } from "keyhome";
 *
 * const config = "pool:\n  auto_eject_hosts: true\n  servers:\n   - 10.0.0.1:6379:1\n   - 10.0.0.2:6379:1\n";
 * const settings = poolSettings(config);
 * settings.server_retry_timeout; // => 30000
 * const health = new Health(settings, Router.fromConfig(config).nodes.length);
 * health.live; // => 2
 * ```
 */
export function poolSettings(config: string, pool?: string): PoolSettings {
  const [from, named] = configAndPool(config, pool);
  return JSON.parse(engine().poolSettings(from, named)) as PoolSettings;
}

/**
 * The names of the pools of a text that `Router.read` takes, in its order; none for the reply of `CLUSTER NODES`.
 *
 * @param config - the text of the config, or of the reply
 * @throws KeyhomeError codes that begin with `config.`, with line and column
 *
 * @example
 * ```ts
 * import { poolNames } from "keyhome";
 *
 * poolNames("cache: {servers: [10.0.0.1:6379:1]}\njobs: {servers: [10.0.0.2:6379:1]}"); // => ["cache", "jobs"]
 * ```
 */
export function poolNames(config: string): string[] {
  return JSON.parse(engine().poolNames(text(config, "the config", "config.syntax"))) as string[];
}
