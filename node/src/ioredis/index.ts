// `keyhome/ioredis`: ioredis on many servers.

export { type ClusterReads, type ScaleReads, cluster } from "./cluster.js";
