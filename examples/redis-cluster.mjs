// A Redis Cluster of three nodes, and a client: ioredis's own, whose reads follow one of keyhome's policies. keyhome knows where
// each key lives without asking, so many keys become one pipeline a node.
//
//     ./servers cluster && node redis-cluster.mjs

import { Cluster } from "ioredis";
import { Router } from "keyhome";
import { cluster } from "keyhome/ioredis";

// One node is enough to find the others.
const [host, port] = (process.env.CLUSTER_NODE ?? "127.0.0.1:7101").split(":");
const redis = new Cluster([{ host, port: Number(port) }], cluster({ readFrom: "least-latency" }));
redis.on("error", (error) => console.error(error.message));

try {
  const keys = Array.from({ length: 300 }, (_, number) => `cluster:${number}`);
  await Promise.all(keys.map((key, number) => redis.set(key, number, "EX", 60)));

  // A connection of its own to one node: what the cluster says of itself.
  const seed = redis.nodes("master")[0];
  const router = Router.fromCluster(await seed.cluster("SLOTS"));
  for (const node of router.nodes) console.log(`a primary at ${node.address}`);

  // MGET of keys in different slots is refused by a cluster; a pipeline to each node is not.
  const pipelines = Array.from(router.group(keys), async ([index, positions]) => {
    const { address } = router.nodes[index];
    const node = redis.nodes("master").find(({ options }) => `${options.host}:${options.port}` === address);
    const replies = await node.pipeline(positions.map((position) => ["get", keys[position]])).exec();
    const right = replies.filter(([error, value], at) => !error && Number(value) === positions[at]).length;
    return { address, right, asked: positions.length };
  });
  for (const { address, right, asked } of await Promise.all(pipelines)) {
    console.log(`one pipeline to ${address}: ${right} of ${asked} values are right, and nobody was redirected`);
  }
} finally {
  redis.disconnect();
}
