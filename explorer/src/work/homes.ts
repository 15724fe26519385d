// Where each key of a batch lives, those without a home among them.

import { KeyhomeError, type Router } from "keyhome";
import { type Packed, count, keyAt } from "./packed.ts";

/** Stands for the index of a key that has no home. */
export const NOBODY = 0xffff_ffff;

export function homes(router: Router, keys: Packed): Uint32Array {
  try {
    return router.indexesPacked(keys.bytes, keys.offsets);
  } catch (error) {
    if (!(error instanceof KeyhomeError) || error.position === undefined) throw error;
    if (error.code === "placement.random") return new Uint32Array(count(keys)).fill(NOBODY);
  }
  // The batch as a whole is refused for one key without a home: each for itself.
  return Uint32Array.from({ length: count(keys) }, (_, position) => home(router, keyAt(keys, position)));
}

function home(router: Router, key: Uint8Array): number {
  try {
    return router.index(key);
  } catch (error) {
    if (error instanceof KeyhomeError) return NOBODY;
    throw error;
  }
}
