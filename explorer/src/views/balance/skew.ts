// Whether keys lie elsewhere than chance would put them: the rule of keyhome's `balance` command, over counts.

import type { Balance } from "keyhome";
import { shareNumber } from "../../drawing/numbers.ts";

/** Below so many keys to be expected, chance alone puts three where one belongs. */
const EXPECTED_MIN = 25;

export interface Skewed {
  readonly index: number;
  readonly node: string;
  /** Keys found to keys expected. */
  readonly factor: number;
}

/**
 * The nodes whose keys differ from their exact share by more than chance explains: six standard deviations, and a fifth of
 * what was to be expected.
 */
export function skewed({ range, shares }: Balance, counts: ArrayLike<number>, keys: number): Skewed[] {
  if (range === null) return [];
  return shares.flatMap(({ node, share }, index) => {
    if (share === null) return [];
    const part = shareNumber(share) / shareNumber(range);
    const expected = keys * part;
    const found = counts[index] ?? 0;
    const off = Math.abs(found - expected);
    const isSkewed = expected >= EXPECTED_MIN && off * off > 36 * expected * (1 - part) && off > 0.2 * expected;
    return isSkewed ? [{ index, node, factor: found / expected }] : [];
  });
}

/** How much more than its weight asks for the busiest node has of some keys; 1 is even. */
export function busiest(weights: readonly number[], counts: ArrayLike<number>): { index: number; factor: number } {
  const [weight, keys] = [sum(weights), sum(Array.from(counts))];
  let most = { index: 0, factor: 0 };
  weights.forEach((own, index) => {
    const factor = keys === 0 ? 0 : (counts[index] ?? 0) / ((keys * own) / weight);
    if (factor > most.factor) most = { index, factor };
  });
  return most;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
