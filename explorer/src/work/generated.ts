// The keys that `keyhome diff` counts where it was given none: `key:` and sixteen hexadecimal digits that no hash can find a
// pattern in. The same keys here, so that the page and the command line say the same numbers.

import { type Packed, packTexts } from "./packed.ts";

/** How many there are. */
export const GENERATED = 100_000;

/** Keys number `from` to `to`, without `to`. */
export function generatedKeys(from: number, to: number): Packed {
  return packTexts(Array.from({ length: to - from }, (_, at) => `key:${mixed(BigInt(from + at)).toString(16).padStart(16, "0")}`));
}

const u64 = (number: bigint) => BigInt.asUintN(64, number);

/** The finaliser of splitmix64. */
function mixed(number: bigint): bigint {
  let mix = u64((number + 1n) * 0x9e37_79b9_7f4a_7c15n);
  mix = u64((mix ^ (mix >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
  mix = u64((mix ^ (mix >> 27n)) * 0x94d0_49bb_1331_11ebn);
  return mix ^ (mix >> 31n);
}
