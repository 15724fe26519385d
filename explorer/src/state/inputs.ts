// What the operator has put in. Everything else on the page follows from these, and a link carries them.

import { signal } from "@preact/signals";
import { served } from "./served.ts";

/** The questions that the page answers, a tab each. */
export const VIEWS = ["where", "ring", "balance", "change", "failure", "dialects"] as const;
export type View = (typeof VIEWS)[number];

/** Which tab is open. */
export const view = signal<View>("where");

/** A nutcracker.yml, keyhome's own config, or the text of CLUSTER NODES. */
export const configText = signal(served?.config ?? "");

/** The pool of it, where it has several; empty, or one that it has not: the first. */
export const poolName = signal(served?.pool ?? "");

/** What the file of the config is called, for the command lines that the page shows. */
export const configFile = signal(served?.file ?? "nutcracker.yml");

/** The key that is asked about, as it was typed. */
export const keyText = signal("user:1001");

/** Whether the key was typed in hexadecimal digits, which can say bytes that are no text. */
export const keyIsHex = signal(false);

/** The config after the change, its pool, and its file. */
export const changedText = signal("");
export const changedPoolName = signal("");
export const changedFile = signal("nutcracker.new.yml");

/** The stretch of the ring that is looked at as long as the key is that one; null: the stretch around the key. */
export interface LookedAt {
  readonly key: string;
  readonly from: number;
  readonly span: number;
}
export const lookedAt = signal<LookedAt | null>(null);

/** Names of the nodes that are seen alone in the ring; none: all are seen. */
export const aloneNames = signal<readonly string[]>([]);

/** Names of the nodes that are taken away. */
export const goneNames = signal<readonly string[]>([]);

/** Among dialects: whether servers keep their names, and which of twemproxy's rules is shown beside the rest. */
export const dialectsByName = signal(true);
export const dialectsHash = signal("fnv1a_64");
export const dialectsDistribution = signal("ketama");
