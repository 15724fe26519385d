// Changes to begin with: what operators do to a pool, as the config that would be there afterwards.

import type { Node, Router } from "keyhome";
import { PoolEdits, type Server } from "../../pool/edits.ts";
import { withNodeAdded, withNodeRemoved } from "../../pool/slots.ts";
import { REDIS_CLUSTER, type Variant, configOf } from "../../pool/variants.ts";

/** Where a change begins. */
export interface Before {
  readonly text: string;
  readonly pool: string;
  readonly nodes: readonly Node[];
}

/** A change of one server. */
export interface ServerPreset {
  readonly title: string;
  /** None where the text has no servers to edit, as that of CLUSTER NODES. */
  readonly make: (before: Before, index: number) => string | undefined;
}

export const SERVER_PRESETS: readonly ServerPreset[] = [
  {
    title: "Remove it",
    make: (before, index) => (before.nodes.length < 2 ? undefined : edited(before)?.withServerRemoved(index)),
  },
  { title: "Double its weight", make: (before, index) => changed(before, index, ({ weight }) => ({ weight: 2 * weight })) },
  {
    title: "Rename it",
    make: (before, index) => changed(before, index, ({ name }) => ({ name: next(name, namesOf(before)) })),
  },
  {
    title: "Move it to another address",
    make: (before, index) => changed(before, index, ({ name, address }) => ({ name, address: nextAddress(address, addressesOf(before)) })),
  },
];

/** One server more. */
export function withServerAdded(before: Before): string | undefined {
  return edited(before)?.withServerAdded(another(before));
}

/** One server more in a Redis Cluster: no slots move but those that it takes over. */
export function withClusterNodeAdded(before: Before, router: Router): string {
  const nodes = [...before.nodes, { ...another(before), zone: null, replicas: [] }];
  return configOf(nodes, REDIS_CLUSTER, { ...writing(before), slots: withNodeAdded(router) });
}

/** One server less in a Redis Cluster. */
export function withClusterNodeRemoved(before: Before, router: Router, index: number): string | undefined {
  if (before.nodes.length < 2) return undefined;
  const slots = withNodeRemoved(router, index);
  return configOf(before.nodes.toSpliced(index, 1), REDIS_CLUSTER, { ...writing(before), slots });
}

/** Named and addressed as the last server would go on. */
function another(before: Before): Server {
  const last = before.nodes.at(-1) ?? { name: "", address: "127.0.0.1:6378", weight: 1 };
  const address = nextAddress(last.address, addressesOf(before));
  // Without a name of its own a server is called by its address.
  const isNamed = !last.address.startsWith(last.name);
  return { name: isNamed ? next(last.name, namesOf(before)) : address, address, weight: last.weight };
}

function writing({ pool }: Before): { pool: string; names: true } {
  return { pool: pool === "" ? "pool" : pool, names: true };
}

export function withHash(before: Before, hash: string): string | undefined {
  return edited(before)?.withOption("hash", hash);
}

/** The same servers under another dialect. Slots are shared out evenly, as `redis-cli --cluster create` does it. */
export function withDialect(before: Before, variant: Variant): string {
  return configOf(before.nodes, variant, writing(before));
}

function edited({ text, pool }: Before): PoolEdits | undefined {
  return PoolEdits.find(text, pool);
}

function changed(before: Before, index: number, change: (server: Server) => Partial<Server>): string | undefined {
  const node = before.nodes[index];
  return node && edited(before)?.withServers(new Map([[index, change(node)]]), before.nodes);
}

function namesOf({ nodes }: Before): ReadonlySet<string> {
  return new Set(nodes.map(({ name }) => name));
}

function addressesOf({ nodes }: Before): ReadonlySet<string> {
  return new Set(nodes.map(({ address }) => address));
}

/** `redis-4` goes on as `redis-5`, a name without a number as `name-2`. */
function next(name: string, taken: ReadonlySet<string>): string {
  const [, stem = "", digits] = /^(.*?)(\d{1,15})?$/su.exec(name) ?? [];
  for (let number = digits === undefined ? 2 : Number(digits) + 1; ; number += 1) {
    const named = digits === undefined ? `${name}-${number}` : stem + String(number).padStart(digits.length, "0");
    if (!taken.has(named)) return named;
  }
}

/** The next host where its last part is a number that goes on, else the next port. */
function nextAddress(address: string, taken: ReadonlySet<string>): string {
  const [, host = "", port = ""] = /^(.*):(\d+)$/su.exec(address) ?? [];
  if (host === "") return next(address, taken);
  const [, stem = "", last] = /^(.*?)(\d{1,9})$/su.exec(host) ?? [];
  const most = /^\d+\.\d+\.\d+\.\d+$/u.test(host) ? 254 : 1e9;
  for (let number = Number(last ?? most) + 1; number <= most; number += 1) {
    const other = `${stem}${number}:${port}`;
    if (!taken.has(other)) return other;
  }
  for (let other = (Number(port) % 65_535) + 1; ; other = (other % 65_535) + 1) {
    if (!taken.has(`${host}:${other}`)) return `${host}:${other}`;
  }
}
