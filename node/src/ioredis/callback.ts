// Callbacks, which every method of ioredis takes.

import type { Callback } from "ioredis";

/** Calls back, too. What the callback throws is no rejection that somebody could miss, but an uncaught exception, as there. */
export function called<T>(promise: Promise<T>, callback: Callback<T> | undefined): Promise<T> {
  // Some callers pass what is no function, for clients of another kind; ioredis does not look at it either.
  if (typeof callback !== "function") return promise;
  const told = promise.then((value) => callback(null, value), (error: Error) => callback(error));
  told.catch((error: unknown) => {
    setImmediate(() => {
      throw error;
    });
  });
  return promise;
}
