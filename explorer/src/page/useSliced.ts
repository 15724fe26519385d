// Work that would freeze the page at once, done in slices: what is quick is there at once, the rest follows.

import { useEffect, useMemo, useReducer } from "preact/hooks";

/** Milliseconds that the page may stand still. */
const SLICE = 40;

/**
 * The results of some work on each item, those that are there.
 *
 * @param inputs - when one of them changes, the work begins anew
 */
export function useSliced<T, R>(items: readonly T[], work: (item: T) => R, inputs: readonly unknown[]): readonly R[] {
  const [, showMore] = useReducer((times: number, _: undefined) => times + 1, 0);
  const results = useMemo(() => {
    const results: R[] = [];
    continueWork(items, work, results);
    return results;
  }, inputs);
  useEffect(() => {
    if (results.length >= items.length) return undefined;
    const timer = setInterval(() => {
      continueWork(items, work, results);
      showMore(undefined);
      if (results.length >= items.length) clearInterval(timer);
    });
    return () => clearInterval(timer);
  }, [results]);
  return results;
}

function continueWork<T, R>(items: readonly T[], work: (item: T) => R, results: R[]): void {
  const end = performance.now() + SLICE;
  for (const item of items.slice(results.length)) {
    results.push(work(item));
    if (performance.now() > end) return;
  }
}
