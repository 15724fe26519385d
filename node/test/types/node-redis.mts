// What the types of `keyhome/node-redis` promise, over node-redis 5 and 6.

import { RESP_TYPES, createClient, defineScript } from "@redis/client";
import type { HotKey, Router } from "keyhome";
import { type NodeStats, type ShardedClient, type ShardedClientOptions, SplitError, createShardedClient } from "keyhome/node-redis";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function exactly<_ extends true>(): void {}

const client = createShardedClient("text", { createClient, pool: "pool" });
const ready: typeof client = await client.connect();
exactly<Equal<Awaited<ReturnType<typeof client.get>>, string | null>>();
const values: (string | null)[] = await ready.mGet(["a", "b"]);
const set: "OK" | null = (await client.set("a", "1", { expiration: { type: "EX", value: 60 } })) as "OK" | null;
const deleted: number = await client.DEL(["a"]);
const replies = await client.multi().set("a", "1").get("a").exec();
for await (const keys of client.scanIterator({ MATCH: "a*" })) console.log(keys.length);
await client.subscribe("news", (message, channel) => console.log(message.length, channel.length));
const bytes: Buffer | null = await client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }).get("a");

exactly<Equal<typeof client.router, Router>>();
exactly<Equal<ReturnType<typeof client.stats>, NodeStats[]>>();
exactly<Equal<ReturnType<typeof client.hotKeys>, HotKey[]>>();
const plain: string | null = await client.nodeOf("a").get("a");
const near: string | null = await client.readingFrom("nearest").get("a");
const copy: typeof client = client.duplicate({ readFrom: "replica" });
await client.reload("text", "pool");
client.on("error", (error: Error) => error instanceof SplitError && error.failures.map(({ keys }) => keys.length));

// Options of node-redis itself go through createClient, and show in the types.
const script = defineScript({
  SCRIPT: "return 1",
  NUMBER_OF_KEYS: 1,
  parseCommand(parser, key: string) {
    parser.pushKey(key);
  },
  transformReply: undefined as unknown as () => number,
});
const scripted = createShardedClient([{ host: "10.0.0.1", port: 6379, weight: 2 }, "10.0.0.2:6379:1"], {
  createClient: (options, node, address) => createClient({ ...options, scripts: { one: script }, password: node.name + address }),
  poolOptions: { hash_tag: "{}" },
  splitMulti: true,
  hotKeys: { capacity: 10 },
});
const one: number = await scripted.one("key");
const options: ShardedClientOptions<ReturnType<typeof createClient>> = { createClient: (options) => createClient(options) as never };
function keep<Client>(kept: ShardedClient<Client>): NodeStats[] {
  return kept.stats();
}
console.log(values, set, deleted, replies, bytes, plain, near, copy, one, options, keep(client));

// @ts-expect-error: there is no client to make nodes of
createShardedClient("text", {});
// @ts-expect-error: no such policy
createShardedClient("text", { createClient, readFrom: "slave" });
// @ts-expect-error: of one server
client.select(1);
// @ts-expect-error: of one server
client.monitor(() => {});
// @ts-expect-error: numbers are no keys
client.get(1);
