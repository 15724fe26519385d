// The same servers under another rule: a config for each, which keyhome reads like any other.

import type { Node } from "keyhome";

/** A way of placing keys: the dialect, with its options. */
export interface Variant {
  /** What it is called on the page. */
  readonly title: string;
  /** Who places keys so. */
  readonly who: string;
  readonly dialect: string;
  readonly options: Readonly<Record<string, string | number | boolean>>;
}

/** How the config of a variant is written. */
export interface Writing {
  /** The name of its pool. */
  readonly pool: string;
  /** Whether servers keep their names, or are called what the dialect calls an address. */
  readonly names: boolean;
  /** In a Redis Cluster, of each server its slots; without them they are shared out evenly. */
  readonly slots?: readonly string[];
}

/** The functions that twemproxy can hash keys with, and how it can place hashes. */
export const TWEMPROXY_HASHES = [
  "fnv1a_64",
  "fnv1_64",
  "fnv1a_32",
  "fnv1_32",
  "murmur",
  "md5",
  "one_at_a_time",
  "crc16",
  "crc32",
  "crc32a",
  "hsieh",
  "jenkins",
] as const;
export const TWEMPROXY_DISTRIBUTIONS = ["ketama", "modula"] as const;

/** The dialects whose servers have weights. */
const WEIGHTED = new Set(["twemproxy", "libketama", "npm-hashring", "uhashring", "hash_ring", "libmemcached"]);

/** twemproxy with these options; those of its options that are not given are twemproxy's defaults. */
export function twemproxy(options: Variant["options"]): Variant {
  const { hash = "fnv1a_64", distribution = "ketama" } = options;
  return { title: `twemproxy, ${hash}, ${distribution}`, who: "nutcracker", dialect: "twemproxy", options };
}

/** Slots shared out evenly, as `redis-cli --cluster create` does it. */
export const REDIS_CLUSTER: Variant = {
  title: "Redis Cluster, even slots",
  who: "as redis-cli --cluster create",
  dialect: "redis-cluster",
  options: {},
};

/** What else people route Redis keys with, each with its defaults. */
export const OTHERS: readonly Variant[] = [
  REDIS_CLUSTER,
  { title: "libketama", who: "RJ/ketama", dialect: "libketama", options: {} },
  { title: "npm hashring", who: "hashring on npm", dialect: "npm-hashring", options: {} },
  { title: "uhashring", who: "uhashring on PyPI", dialect: "uhashring", options: {} },
  { title: "uhashring, ketama", who: "uhashring on PyPI", dialect: "uhashring", options: { mode: "ketama" } },
  { title: "hash_ring", who: "hash_ring on PyPI", dialect: "hash_ring", options: {} },
  { title: "libmemcached, modula", who: "its default", dialect: "libmemcached", options: {} },
  { title: "libmemcached, consistent", who: "pylibmc, PHP", dialect: "libmemcached", options: { mode: "consistent" } },
  { title: "libmemcached, weighted", who: "pylibmc, PHP", dialect: "libmemcached", options: { mode: "weighted" } },
  { title: "vnodes", who: "the ring that tutorials build", dialect: "vnodes", options: {} },
  { title: "charsum", who: "naive code: sum of characters", dialect: "charsum", options: {} },
];

/** The config of a pool of these servers, in YAML. A dialect without weights gets none. */
export function configOf(nodes: readonly Node[], { dialect, options }: Variant, { pool, names, slots }: Writing): string {
  const lines = [`${word(pool)}:`, `  dialect: ${dialect}`];
  for (const [option, value] of Object.entries(options)) {
    lines.push(`  ${option}: ${typeof value === "string" ? word(value) : value}`);
  }
  lines.push("  servers:");
  for (const [index, node] of nodes.entries()) {
    const members = [`address: ${quoted(node.address)}`];
    if (names) members.unshift(`name: ${quoted(node.name)}`);
    if (WEIGHTED.has(dialect) && node.weight !== 1) members.push(`weight: ${node.weight}`);
    if (dialect === "redis-cluster") members.push(`slots: ${quoted(slots?.[index] ?? evenSlots(index, nodes.length))}`);
    if (node.zone !== null) members.push(`zone: ${quoted(node.zone)}`);
    if (node.replicas.length > 0) members.push(`replicas: [${node.replicas.map(replica).join(", ")}]`);
    lines.push(`   - {${members.join(", ")}}`);
  }
  return `${lines.join("\n")}\n`;
}

/** The slots of the server of that index, of so many. */
function evenSlots(index: number, of: number): string {
  const first = Math.round((index * 16384) / of);
  const last = Math.round(((index + 1) * 16384) / of) - 1;
  return `${first}-${last}`;
}

function replica({ address, zone }: Node["replicas"][number]): string {
  return zone === null ? `{address: ${quoted(address)}}` : `{address: ${quoted(address)}, zone: ${quoted(zone)}}`;
}

/** Text as YAML takes it whatever is in it: JSON's text is YAML's, too. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A word without quotes where YAML takes it for text. */
function word(text: string): string {
  return /^[a-z][a-z0-9_-]*$/i.test(text) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text) ? text : quoted(text);
}
