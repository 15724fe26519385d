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

/** The pool of it, where it has several; empty: the only one, or the first. */
export const poolName = signal(served?.pool ?? "");

/** The key that is asked about. */
export const key = signal("user:1001");

/** The config after the change, and its pool. */
export const changedText = signal("");
export const changedPoolName = signal("");

/** Names of the nodes that are taken away. */
export const goneNames = signal<readonly string[]>([]);
