// The same package by `require`.

import redis = require("@redis/client");
import sharded = require("keyhome/node-redis");
import { createShardedClient } from "keyhome/node-redis";

const client = createShardedClient("text", { createClient: redis.createClient });
const reply: Promise<string | null> = client.get("key");
function stats<Client>(kept: sharded.ShardedClient<Client>): sharded.NodeStats[] {
  return kept.stats();
}
const error: sharded.SplitError | undefined = undefined;
console.log(reply, stats(client), error, sharded.createShardedClient);
