// What is asked for every request, beside the obvious alternatives: rows of `engine.mjs`.

import { getKeyIndexes } from "@ioredis/commands";
import { Health, HotKeys, ReplicaSet, Router, commandKeys } from "keyhome";
import { makeKeys } from "./keys.mjs";
import { each } from "./paired.mjs";

const keys = makeKeys(20_000);

/** Commands as clients send them: mostly of one key. */
const commands = keys.map((key, at) => {
  const kinds = [["get", key], ["set", key, "value", "EX", "60"], ["hset", key, "field", "value"], ["zadd", key, "1", "member"]];
  return kinds[at % kinds.length];
});
const several = keys.map((key, at) => (at % 2 ? ["mget", key, "b", "c"] : ["mset", key, "1", "b", "2"]));
const counted = keys.map((key) => ["eval", "return 1", "2", key, "b", "argument"]);

const first = (words) => commandKeys(words)[0];
const theirFirst = (words) => getKeyIndexes(words[0], words.slice(1))[0];
// A client that has the words apart, as ioredis does: nothing is cut off.
const apart = (list) => list.map(([name, ...args]) => ({ name, args }));
const theirFirstApart = ({ name, args }) => getKeyIndexes(name, args)[0];

/** What most programs do: a Map that grows with the keyspace. */
function mapCounter() {
  const counts = new Map();
  return (key) => {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count;
  };
}

let now = 0;
const hot = new HotKeys({ capacity: 256, window: 10_000_000 });
/** Half of the stream is of a few keys, as in real ones. */
const stream = keys.map((key, at) => (at % 2 ? keys[at % 100] : key));

const router = Router.fromCluster([[0, 16383, ...[1, 2, 3].map((number) => ["10.0.0.1", number, `id-${number}`])]]);
const replicas = (read_from) => new ReplicaSet(router, 0, { read_from });
const choose = (set) => () => set.choose(1, ++now);
const read = (set) => () => {
  const endpoint = set.choose(now, ++now);
  set.sent(endpoint, now);
  set.done(endpoint, 250, now);
  return endpoint;
};

/** The same by hand: the better of two by a moving average of latencies. */
function byHand() {
  const endpoints = [0, 1, 2].map(() => ({ latency: 0, at: 0, inFlight: 0 }));
  const cost = (endpoint) => endpoint.latency * Math.exp((endpoint.at - now) / 1e6) * (endpoint.inFlight + 1);
  return () => {
    now++;
    const one = Math.floor(Math.random() * 3);
    const two = (one + 1 + Math.floor(Math.random() * 2)) % 3;
    const index = cost(endpoints[two]) < cost(endpoints[one]) ? two : one;
    const endpoint = endpoints[index];
    endpoint.inFlight++;
    endpoint.inFlight--;
    const weight = Math.exp((endpoint.at - now) / 1e6);
    endpoint.latency = Math.max(250, endpoint.latency * weight + 250 * (1 - weight));
    endpoint.at = now;
    return index;
  };
}

const health = new Health({ auto_eject_hosts: true }, 10);
const check = () => (health.update(++now) === "same" ? 1 : 0);

/** What, beside what, no ratio to reach, ours, theirs. */
export const REQUEST_ROWS = [
  ["commandKeys(get, set ...)", "@ioredis/commands", [], each(first, commands), each(theirFirstApart, apart(commands))],
  ["commandKeys(get, set ...)", "@ioredis/commands, slice", [], each(first, commands), each(theirFirst, commands)],
  ["commandKeys(mget, mset)", "@ioredis/commands", [], each(first, several), each(theirFirstApart, apart(several))],
  ["commandKeys(eval)", "@ioredis/commands", [], each(first, counted), each(theirFirstApart, apart(counted))],
  ["hotKeys.record(key)", "Map of all keys", [], each((key) => hot.record(key, ++now), stream), each(mapCounter(), stream)],
  ["choose, sent, done", "two of three by hand", [], each(read(replicas("least-latency")), keys), each(byHand(), keys)],
  ["choose, primary", "performance.now()", [], each(choose(replicas("primary")), keys), each(() => performance.now(), keys)],
  ["health.update(now)", "performance.now()", [], each(check, keys), each(() => performance.now(), keys)],
];
