// From the text in an editor to a router, or to what is wrong with it.

import { KeyhomeError, Router } from "keyhome";

/** A text that was read: a router that answers, or the error with its line and column. */
export type Reading =
  | { readonly router: Router; readonly error?: undefined }
  | { readonly router?: undefined; readonly error: KeyhomeError };

export function read(text: string, pool: string): Reading {
  try {
    return { router: Router.fromConfig(text, pool === "" ? undefined : pool) };
  } catch (error) {
    if (error instanceof KeyhomeError) return { error };
    throw error;
  }
}
