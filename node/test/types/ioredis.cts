// The same package by `require`.

import ioredis = require("ioredis");
import client = require("keyhome/ioredis");
import { cluster } from "keyhome/ioredis";


const redis = new ioredis.Cluster([{ host: "10.0.0.1", port: 6379 }], cluster({ readFrom: "prefer-replica" }));
const reply: Promise<string | null> = redis.get("key");
const reads: client.ClusterReads = { readFrom: "prefer-replica" };
console.log(reply, client.cluster(reads).scaleReads satisfies client.ScaleReads | "master");
