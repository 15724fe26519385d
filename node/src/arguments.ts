// What a caller may pass is looked at here, once for both engines, so that they refuse the same in the same words.

import { type ErrorCode, KeyhomeError } from "./error.js";

/** A text without lone surrogates. One with them gives an error of `code`: it has no bytes that mean the same. */
export function text(value: unknown, what: string, code: ErrorCode, position?: number): string {
  if (typeof value !== "string") throw wrongType(what, "a string", value, position);
  if (!isWellFormed(value)) {
    const message = `${what} has a lone surrogate, which is no character`;
    throw new KeyhomeError(code, message, undefined, undefined, position);
  }
  return value;
}

/** The text of a config, and the name of a pool, if it is given. */
export function configAndPool(config: unknown, pool: unknown): [config: string, pool: string | undefined] {
  return [text(config, "the config", "config.syntax"), pool == null ? undefined : text(pool, "the pool", "pool.unknown")];
}

/** An array; what its elements are is looked at when they are read. */
export function array<T>(value: readonly T[], what: string): readonly T[] {
  let isArray = false;
  try {
    isArray = Array.isArray(value); // throws for a Proxy that was revoked
  } catch {}
  if (!isArray) throw wrongType(what, "an array", value);
  return value;
}

/** A whole number of 32 bits from 0; more is as good as the most. */
export function count(value: unknown, what: string): number {
  if (typeof value !== "number" || !(value >= 0)) throw wrongType(what, "a number from 0", value);
  return Math.min(Math.trunc(value), 0xffff_ffff);
}

/** A whole number from 0 that JavaScript holds exactly. */
export function naturalNumber(value: unknown, what: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  if (typeof value !== "number") throw wrongType(what, "a number", value);
  throw new KeyhomeError("argument.range", `${what} is ${value}; it can be a whole number from 0 to 2^53 - 1`);
}

/** A time in microseconds. */
export function time(now: unknown): number {
  return naturalNumber(now, "now");
}

/** An index, of 32 bits; what is more is as far beyond any list as the most. */
export function indexNumber(value: unknown, what: string): number {
  return Math.min(naturalNumber(value, what), 0xffff_ffff);
}

/** Some members of an object, each read once; null is as good as none. */
export function members<Name extends string>(value: unknown, what: string, names: readonly Name[]): Record<Name, unknown> {
  if (typeof value !== "object" || value === null) throw wrongType(what, "an object", value);
  const given = value as Record<Name, unknown>;
  return guarded("argument.type", what, () => {
    return Object.fromEntries(names.map((name) => [name, given[name] ?? undefined])) as Record<Name, unknown>;
  });
}

/** The error for a value of another type. */
export function wrongType(
  what: string,
  wanted: string,
  value: unknown,
  position?: number,
  code: ErrorCode = "argument.type",
): KeyhomeError {
  const message = `${what} is ${typeName(value)}, not ${wanted}`;
  return new KeyhomeError(code, message, undefined, undefined, position);
}

/** Runs what reads a caller's objects, whose getters and traps may throw anything at all. */
export function guarded<R>(code: ErrorCode, what: string, read: () => R): R {
  try {
    return read();
  } catch (error) {
    if (error instanceof KeyhomeError) throw error;
    throw new KeyhomeError(code, `${what} cannot be read`, undefined, undefined, undefined, error);
  }
}

/** What something that was thrown says; it can be anything at all. */
export function said(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "something that says nothing was thrown";
  }
}

/** A member that all typed arrays inherit: what the object itself calls so may be anything. */
function inherited<T>(name: PropertyKey): (this: unknown) => T {
  return Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), name)!.get!;
}

const typedArrayName = inherited<string | undefined>(Symbol.toStringTag);
const bufferOf = inherited<ArrayBuffer>("buffer");
const offsetOf = inherited<number>("byteOffset");
const lengthOf = inherited<number>("length");

/** Whether a value is a Uint8Array, of whichever realm: test runners give each file a realm of its own. */
export function isBytes(value: unknown): value is Uint8Array {
  return typedArrayName.call(value) === "Uint8Array";
}

/**
 * A Uint8Array as a plain one, whose members say what is so.
 *
 * @throws KeyhomeError `key.type` for anything else, and for one whose memory was transferred
 */
export function plainBytes(value: unknown, position?: number): Uint8Array {
  if (!isBytes(value)) throw noKey(position);
  return plain(value, Uint8Array, "key.type", position);
}

/**
 * The offsets of a packed batch as a plain Uint32Array.
 *
 * @throws KeyhomeError `batch.offsets` as {@link plainBytes} throws `key.type`
 */
export function plainOffsets(value: unknown): Uint32Array {
  if (typedArrayName.call(value) === "Uint32Array") return plain(value, Uint32Array, "batch.offsets");
  throw new KeyhomeError("batch.offsets", "the offsets are not a Uint32Array");
}

function plain<T>(
  array: unknown,
  type: new (buffer: ArrayBuffer, offset: number, length: number) => T,
  code: ErrorCode,
  position?: number,
): T {
  try {
    return new type(bufferOf.call(array), offsetOf.call(array), lengthOf.call(array));
  } catch (error) {
    // Its buffer is gone, or is shorter by now than where the view begins.
    throw new KeyhomeError(code, "the bytes are gone: their buffer was transferred to somebody else", undefined, undefined, position, error);
  }
}

/** The error for a key that is none. */
export function noKey(position?: number): KeyhomeError {
  const message = "a key is a string or a Uint8Array, such as a Buffer, and this is neither";
  return new KeyhomeError("key.type", message, undefined, undefined, position);
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (isBytes(value)) return "bytes";
  return typeof value === "object" ? "an object" : typeof value === "undefined" ? "undefined" : `a ${typeof value}`;
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** `String.prototype.isWellFormed` where there is one. */
function isWellFormed(value: string): boolean {
  return value.isWellFormed?.() ?? !LONE_SURROGATE.test(value);
}
