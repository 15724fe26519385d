// The router of a pool that came as text.

import type { Router } from "keyhome";
import { read } from "../pool/reading.ts";
import type { PoolText } from "./protocol.ts";

/** @throws KeyhomeError */
export function routerOf({ text, pool, gone = [] }: PoolText): Router {
  const { router, error } = read(text, pool);
  if (router === undefined) throw error;
  return gone.length === 0 ? router : router.without(gone);
}
