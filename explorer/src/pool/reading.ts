// From the text in an editor to a router, or to what is wrong with it.

import { KeyhomeError, Router, poolNames } from "keyhome";

/** A text beyond this is no config, and is not read: 65,535 nodes, the most there can be, take half of it. */
export const LONGEST_CONFIG = 8 * 1024 * 1024;

/** What is said of a text of that length. */
export function tooLong(length: number): KeyhomeError {
  const size = Math.round(length / (1024 * 1024));
  return new KeyhomeError("argument.range", `a text of ${size} MB is no config; the page reads up to 8 MB`);
}

/** A text that was read: a router that answers, or the error with its line and column. */
export type Reading =
  | {
      readonly router: Router;
      /** The pools of the text, of which the router is one; none for CLUSTER NODES. */
      readonly pools: readonly string[];
      readonly pool: string | undefined;
      readonly error?: undefined;
    }
  | { readonly router?: undefined; readonly error: KeyhomeError };

/** What was asked, or the error that keyhome answers with. */
export type Answer<T> =
  | { readonly answer: T; readonly error?: undefined }
  | { readonly answer?: undefined; readonly error: KeyhomeError };

/** Asks keyhome. Errors of any other kind are errors in the page, and go on. */
export function ask<T>(question: () => T): Answer<T> {
  try {
    return { answer: question() };
  } catch (error) {
    if (error instanceof KeyhomeError) return { error };
    throw error;
  }
}

/** Reads the pool of that name, or the first where there is none of that name. */
export function read(text: string, pool: string): Reading {
  const { answer, error } = ask(() => {
    if (text.length > LONGEST_CONFIG) throw tooLong(text.length);
    const pools = poolNames(text);
    const named = pools.includes(pool) ? pool : pools[0];
    return { router: Router.read(text, named), pools, pool: named };
  });
  return answer ?? { error };
}
