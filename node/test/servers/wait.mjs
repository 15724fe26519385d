// Waiting for what other programs do.

import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks until the answer is yes. An error means no: nobody may be listening yet.
 *
 * @param ready - asked again and again; may be async
 * @param what - what is waited for, as the error names it
 * @param limit - in milliseconds
 */
export async function waitUntil(ready, what, limit = 20_000) {
  const start = performance.now();
  let last = "";
  while (performance.now() - start < limit) {
    try {
      if (await ready()) return;
      last = "";
    } catch (error) {
      last = ` (${error.message})`;
    }
    await sleep(5);
  }
  throw new Error(`${what}: not after ${limit / 1000} s${last}`);
}
