// A Redis Cluster of real nodes.

import { lease, withFreshPorts } from "./ports.mjs";
import { RedisServer } from "./redis-server.mjs";
import { waitUntil } from "./wait.mjs";

const SLOTS = 16384;

/** A Redis Cluster: primaries that share the slots evenly, each with as many replicas. */
export class RedisCluster {
  constructor(primaries, replicas) {
    /** The primaries, in the order of their slots. */
    this.primaries = primaries;
    /** The replicas of each primary. */
    this.replicas = replicas;
  }

  get nodes() {
    return [...this.primaries, ...this.replicas.flat()];
  }

  /** Starts one, and waits until all nodes agree on who owns what. */
  static async start(scratch, { primaries = 3, replicas = 0 } = {}) {
    const count = primaries * (1 + replicas);
    const started = await Promise.all(Array.from({ length: count }, () => startNode(scratch)));
    const nodes = started.map(({ node }) => node);
    // Different epochs from the start, so that the nodes need not settle a collision first.
    await Promise.all(nodes.map((node, index) => node.ask("CLUSTER", "SET-CONFIG-EPOCH", index + 1)));
    const share = (index) => Math.floor((index * SLOTS) / primaries);
    for (let index = 0; index < primaries; index++) {
      await nodes[index].ask("CLUSTER", "ADDSLOTSRANGE", share(index), share(index + 1) - 1);
    }
    for (const { node, bus } of started.slice(1)) await nodes[0].ask("CLUSTER", "MEET", "127.0.0.1", node.port, bus);
    const all = new RedisCluster(nodes.slice(0, primaries), []);
    await waitUntil(() => agreed(nodes), "the cluster's nodes agree");
    for (let index = 0; index < primaries; index++) {
      const owner = await nodes[index].ask("CLUSTER", "MYID");
      const mine = nodes.slice(primaries + index * replicas, primaries + (index + 1) * replicas);
      for (const replica of mine) await replica.ask("CLUSTER", "REPLICATE", owner);
      all.replicas.push(mine);
    }
    await Promise.all(all.replicas.flat().map((replica) => replica.follows()));
    // Replicas are told of to clients from the first write that has come to them.
    await Promise.all(all.primaries.map((primary) => primary.ask("FLUSHALL")));
    const isTold = async (node) => {
      const slots = await node.ask("CLUSTER", "SLOTS");
      return slots.length === primaries && slots.every((range) => range.length === 3 + replicas);
    };
    await waitUntil(async () => (await Promise.all(nodes.map(isTold))).every(Boolean), "the cluster's nodes tell of the replicas");
    return all;
  }
}

function startNode(scratch) {
  return withFreshPorts(async () => {
    // By default the bus is 10,000 above the port, among the ephemeral ports; so it is leased too.
    const [port, bus] = [await lease(), await lease()];
    const options = ["--cluster-enabled", "yes", "--cluster-port", String(bus), "--cluster-node-timeout", "2000"];
    return { node: await RedisServer.startAt(port, scratch, options), bus };
  });
}

async function agreed(nodes) {
  const infos = await Promise.all(nodes.map((node) => node.ask("CLUSTER", "INFO")));
  return infos.every((info) => info.includes("cluster_state:ok\r\n") && info.includes(`cluster_known_nodes:${nodes.length}\r\n`));
}
