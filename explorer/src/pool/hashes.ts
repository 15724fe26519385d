// The hash functions that a pool can choose from.

import { TWEMPROXY_HASHES } from "./variants.ts";

/** The values of `hash`, by dialect; the others have no choice. */
export const HASHES: Readonly<Record<string, readonly string[]>> = {
  twemproxy: TWEMPROXY_HASHES,
  libmemcached: [
    "one_at_a_time",
    "md5",
    "crc",
    "fnv1_64",
    "fnv1a_64",
    "fnv1_32",
    "fnv1a_32",
    "murmur",
    "jenkins",
    "murmur3",
  ],
};
