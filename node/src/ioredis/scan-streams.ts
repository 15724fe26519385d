// Streams of what SCAN and its like find.

import { ScanStream } from "ioredis";

/** What a scan looks for. */
export interface ScanOptions {
  /** A glob pattern. */
  readonly match?: string;
  /** The type of a key. */
  readonly type?: string;
  /** How much work the server does at a time. */
  readonly count?: number;
  /** Of HSCAN: whether to leave the values out. */
  readonly noValues?: boolean;
}

/** A scan of one key's members. */
export interface KeyScan extends ScanOptions {
  readonly key?: string | Buffer;
}

/** ioredis's own stream: it asks with one cursor after the other, whoever answers. */
export function scanStream(redis: unknown, command: string, options: KeyScan = {}): ScanStream {
  return new ScanStream({ objectMode: true, ...options, redis, command } as never);
}
