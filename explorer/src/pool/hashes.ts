// The hash functions that a pool can choose from.

/** The values of `hash`, by dialect; the others have no choice. */
export const HASHES: Readonly<Record<string, readonly string[]>> = {
  twemproxy: [
    "one_at_a_time",
    "md5",
    "crc16",
    "crc32",
    "crc32a",
    "fnv1_64",
    "fnv1a_64",
    "fnv1_32",
    "fnv1a_32",
    "hsieh",
    "murmur",
    "jenkins",
  ],
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
