// Real servers on loopback, for the tests and benches of the clients. As in crates/keyhome-live, none of them outlives the
// program that started them.

export { ask } from "./ask.mjs";
export { Nutcracker, yaml } from "./nutcracker.mjs";
export { RedisCluster } from "./redis-cluster.mjs";
export { RedisServer } from "./redis-server.mjs";
export { Scratch } from "./scratch.mjs";
export { SilentServer } from "./silent-server.mjs";
export { SlowServer } from "./slow-server.mjs";
export { waitUntil } from "./wait.mjs";
