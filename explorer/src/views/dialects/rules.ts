// The rules that are compared: the pool as its config says it, and the same servers under all others.

import type { Explanation, PoolSettings, Router } from "keyhome";
import { OTHERS, type Variant, configOf, twemproxy } from "../../pool/variants.ts";
import { type Answer, ask, read } from "../../pool/reading.ts";

/** A rule, and the config that makes it. */
export interface Rule {
  readonly title: string;
  readonly who: string;
  readonly config: string;
  readonly pool: string;
  /** Whether it is the one of the config in the editor. */
  readonly isOwn: boolean;
}

/** A rule ready to be asked: its router, and how many of the sample's keys it puts where the config does. */
export interface ReadRule extends Rule {
  readonly router: Answer<Router>;
  readonly same: Answer<number>;
  /** Whether it puts every key there is where the config does, for certain. */
  readonly isSame: boolean;
}

/** What a rule says of the key. */
export interface Said extends ReadRule {
  readonly said: Answer<Explanation>;
}

export interface Choice {
  readonly hash: string;
  readonly distribution: string;
  readonly byName: boolean;
}

/** How many keys are looked at to say how often two rules agree: `key:0` to `key:9999`. */
export const SAMPLE = 10_000;

const KEYS = Array.from({ length: SAMPLE }, (_, number) => `key:${number}`);

/** All rules, the config's own first. */
export function rulesOf(
  own: { readonly text: string; readonly pool: string | undefined; readonly router: Router },
  settings: PoolSettings | undefined,
  { hash, distribution, byName }: Choice,
): Rule[] {
  const kept: Record<string, string | boolean> = { hash, distribution };
  if (typeof settings?.hash_tag === "string") kept.hash_tag = settings.hash_tag;
  if (settings?.signed_char === false) kept.signed_char = false;
  const pool = own.pool ?? "pool";
  const rule = (variant: Variant): Rule => {
    const config = configOf(own.router.nodes, variant, { pool, names: byName });
    return { title: variant.title, who: variant.who, config, pool, isOwn: false };
  };
  const title = "Your config";
  return [
    { title, who: settings === undefined ? "CLUSTER NODES" : "", config: own.text, pool: own.pool ?? "", isOwn: true },
    ...[twemproxy(kept), ...OTHERS].map(rule),
  ];
}

export function readRule(rule: Rule, own: Router): ReadRule {
  if (rule.isOwn) return { ...rule, router: { answer: own }, same: { answer: SAMPLE }, isSame: true };
  const { router, error } = read(rule.config, rule.pool);
  if (router === undefined) return { ...rule, router: { error }, same: { error }, isSame: false };
  // Random has no fingerprint.
  const isSame = ask(() => own.fingerprint === router.fingerprint).answer ?? false;
  return { ...rule, router: { answer: router }, same: ask(() => sameKeys(own, router)), isSame };
}

/** The nodes are the same in the same order, so that indexes can be compared, whatever the names are. */
function sameKeys(one: Router, other: Router): number {
  const others = other.indexes(KEYS);
  return one.indexes(KEYS).reduce((sum, index, key) => sum + Number(index === others[key]), 0);
}
