// What the types of `keyhome/ioredis` promise, over ioredis 5 and 6.

import { Cluster, type ClusterOptions } from "ioredis";
import { type ClusterReads, type ScaleReads, cluster } from "keyhome/ioredis";

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
