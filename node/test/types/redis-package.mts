// The package `redis`, which brings modules along.

import { createClient } from "redis";
import { createShardedClient } from "keyhome/node-redis";

const client = createShardedClient("text", { createClient });
const value: string | null = await client.get("a");
const json = await client.json.get("a");
const there: boolean[] = await client.bf.mExists("a", ["b"]);
console.log(value, json, there);
