// What a link carries: the signals that hold what the operator has put in.

import type { Signal } from "@preact/signals";
import * as inputs from "./inputs.ts";
import * as sample from "./sample.ts";

/** A signal that links carry. */
export interface Carried {
  /** How it is called in them. */
  readonly name: string;
  readonly signal: Signal<unknown>;
  /** What it is in a fresh page. */
  readonly fresh: unknown;
  /** What it is in this page to begin with: `keyhome explore -c FILE` has put a config in. */
  readonly initial: unknown;
  /** What it can be. */
  readonly takes: (value: unknown) => boolean;
}

const carried = (name: string, from: Signal, fresh: unknown, takes: Carried["takes"]): Carried => ({
  name,
  signal: from,
  fresh,
  initial: from.peek(),
  takes,
});
const text = (name: string, from: Signal<string>, fresh = "") =>
  carried(name, from, fresh, (value) => typeof value === "string");
const yesOrNo = (name: string, from: Signal<boolean>, fresh: boolean) =>
  carried(name, from, fresh, (value) => typeof value === "boolean");
const word = <W extends string>(name: string, from: Signal<W>, words: readonly W[]) =>
  carried(name, from, words[0], (value) => words.some((word) => word === value));
const texts = (name: string, from: Signal<readonly string[]>) =>
  carried(name, from, [], (value) => Array.isArray(value) && value.every((each) => typeof each === "string"));

function isLookedAt(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === null;
  const { key, from, span } = value as Partial<Record<keyof inputs.LookedAt, unknown>>;
  return typeof key === "string" && Number.isFinite(from) && Number.isFinite(span);
}

/** All that links carry. A file of keys is not among it: it is the operator's own. */
export const CARRIED: readonly Carried[] = [
  word("view", inputs.view, inputs.VIEWS),
  text("config", inputs.configText),
  text("pool", inputs.poolName),
  text("file", inputs.configFile, "nutcracker.yml"),
  text("key", inputs.keyText, "user:1001"),
  yesOrNo("keyIsHex", inputs.keyIsHex, false),
  text("changed", inputs.changedText),
  text("changedPool", inputs.changedPoolName),
  text("changedFile", inputs.changedFile, "nutcracker.new.yml"),
  carried("lookedAt", inputs.lookedAt, null, isLookedAt),
  texts("alone", inputs.aloneNames),
  texts("gone", inputs.goneNames),
  word("sample", sample.sampleKind, sample.SAMPLE_KINDS),
  text("samplePattern", sample.samplePattern, "user:{0..999}"),
  text("sampleKeys", sample.sampleKeys),
  yesOrNo("sampleHex", sample.sampleHex, false),
  yesOrNo("dialectsByName", inputs.dialectsByName, true),
  text("dialectsHash", inputs.dialectsHash, "fnv1a_64"),
  text("dialectsDistribution", inputs.dialectsDistribution, "ketama"),
];
