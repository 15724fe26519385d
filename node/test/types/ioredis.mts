// What the types of `keyhome/ioredis` promise, over ioredis 5 and 6.

import { type ChainableCommander, Cluster, type ClusterOptions, type Redis, type RedisCommander, type Result } from "ioredis";
import { type ClusterReads, type NodeStats, type ScaleReads, ShardedRedis, SplitError, cluster } from "keyhome/ioredis";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function exactly<_ extends true>(): void {}

const nodes = [{ host: "10.0.0.1", port: 6379 }];
const redis = new Cluster(nodes, cluster({ readFrom: "least-latency", zone: "a", zones: { "10.0.0.1:6379": "a" }, maxRedirections: 3 }));
exactly<Equal<Awaited<ReturnType<typeof redis.get>>, string | null>>();
new Cluster(nodes, cluster({ zones: (address) => (address.startsWith("10.") ? "a" : undefined), redisOptions: { password: "p" } }));
new Cluster(nodes, cluster({}));

const reads: ClusterReads = { readFrom: "nearest", lazyConnect: true };
const options: ClusterOptions = cluster(reads);
const scaleReads: ScaleReads | "master" = cluster(reads).scaleReads;
console.log(options, scaleReads);

// @ts-expect-error: no such policy
cluster({ readFrom: "slave" });
// @ts-expect-error: no such option of ioredis
cluster({ readFrom: "nearest", maxRedirections: "3" });
// @ts-expect-error: readFrom says it
cluster({ scaleReads: "slave" });
// @ts-expect-error: zones are named
cluster({ zones: { "10.0.0.1:6379": 1 } });

// ShardedRedis has ioredis's commands, as they are typed there.
const sharded = new ShardedRedis("pool: {}", { redisOptions: { tls: {} }, readFrom: "nearest", hotKeys: { capacity: 64 } });
exactly<Equal<ReturnType<typeof sharded.get>, Promise<string | null>>>();
exactly<Equal<ReturnType<typeof sharded.getBuffer>, Promise<Buffer | null>>>();
exactly<Equal<ReturnType<typeof sharded.mget>, Promise<(string | null)[]>>>();
exactly<Equal<ReturnType<typeof sharded.hgetall>, Promise<Record<string, string>>>>();
exactly<Equal<Awaited<ReturnType<ReturnType<typeof sharded.pipeline>["exec"]>>, [error: Error | null, result: unknown][] | null>>();
exactly<Equal<ReturnType<typeof sharded.multi>, ChainableCommander>>();
exactly<Equal<ReturnType<typeof sharded.nodes>, Redis[]>>();
exactly<Equal<ReturnType<typeof sharded.stats>, NodeStats[]>>();
exactly<Equal<ReturnType<typeof sharded.readingFrom>, ShardedRedis>>();
sharded.get("key", (error, value) => console.log(error?.message, value?.length));
sharded.set("key", "value", "EX", 60, "NX");
sharded.on("ejected", console.log).once("ready", console.log);
for await (const keys of sharded.scanStream({ match: "user:*", count: 100 })) console.log(keys);
new ShardedRedis(["10.0.0.1:6379:1 a", { host: "10.0.0.2", weight: 2, replicas: [{ host: "10.0.0.3" }] }], {
  poolOptions: { hash_tag: "{}", auto_eject_hosts: true },
});
try {
  await sharded.mset({ a: 1, b: 2 });
} catch (error) {
  if (error instanceof SplitError) console.log(error.failures[0]?.keys, error.successes[0]?.reply, error.code);
}

// Every command, in every form, has the very type that it has in ioredis; but for those that this client does in its own way.
type Commands = RedisCommander<{ type: "default" }>;
type Other = { [Name in keyof Commands]: Equal<ShardedRedis[Name], Commands[Name]> extends true ? never : Name }[keyof Commands];
exactly<Equal<Exclude<Other, "quit" | "multi" | "monitor">, never>>();
exactly<Equal<ReturnType<typeof sharded.quit>, Promise<"OK">>>();

// Commands of one's own are declared as for ioredis.
declare module "ioredis" {
  interface RedisCommander<Context> {
    twice(key: string, by: number): Result<number, Context>;
  }
}
sharded.defineCommand("twice", { numberOfKeys: 1, lua: "return redis.call('INCRBY', KEYS[1], ARGV[1] * 2)" });
exactly<Equal<ReturnType<typeof sharded.twice>, Promise<number>>>();
sharded.pipeline().twice("key", 1).get("key").exec();
// @ts-expect-error: the second is a number
sharded.twice("key", "1");

// @ts-expect-error: no such policy
sharded.readingFrom("slave");
// @ts-expect-error: a key is needed
sharded.get();
// @ts-expect-error: no such option
new ShardedRedis("pool: {}", { readFromm: "nearest" });
