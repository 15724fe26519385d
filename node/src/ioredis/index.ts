// `keyhome/ioredis`: ioredis on many servers.

export type { NodeOptions, PoolNodes, PoolSource } from "../sharded/pool-plan.js";
export type { FingerprintChoice, OnDifference } from "../sharded/registration.js";
export { type DonePart, type FailedPart, SplitError } from "../sharded/split-error.js";
export { type ClusterReads, type ScaleReads, cluster } from "./cluster.js";
export type { ScriptDefinition, ShardedRedisOptions } from "./options.js";
export type { ScanOptions } from "./scan-streams.js";
export { ShardedRedis } from "./sharded-redis.js";
export type { EndpointStats, NodeStats } from "./stats.js";
