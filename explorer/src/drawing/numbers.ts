// How numbers are written for people, on every view the same.

import type { Share } from "keyhome";

const COUNT = new Intl.NumberFormat("en-US");
const PERCENT = new Intl.NumberFormat("en-US", { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 });
const FINE_PERCENT = new Intl.NumberFormat("en-US", { style: "percent", maximumSignificantDigits: 2 });

/** A whole number with its thousands apart. */
export function count(value: number | bigint): string {
  return COUNT.format(value);
}

/** A part of a whole, in percent with two decimals. */
export function percent(part: number): string {
  return PERCENT.format(part);
}

/** As {@link percent}, but with two digits that say something of a part below 0.01 %. */
export function finePercent(part: number): string {
  return part >= 0.0001 || part <= 0 ? percent(part) : FINE_PERCENT.format(part);
}

/** A count of hash values as a number that can be divided: the package writes those beyond 2^53 in hexadecimal. */
export function shareNumber(share: Share): number {
  return typeof share === "number" ? share : Number(BigInt(`0x${share}`));
}

/** A count of hash values, all digits of it. */
export function shareCount(share: Share): string {
  return count(typeof share === "number" ? share : BigInt(`0x${share}`));
}
