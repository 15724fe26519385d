// Streams of what SCAN and its like find.

import { ScanStream, type ScanStreamOptions } from "ioredis";

/** A scan of one key's members. */
export interface KeyScan extends ScanStreamOptions {
  readonly key?: string | Buffer;
}

/** ioredis's own stream: it asks with one cursor after the other, whoever answers. */
export function scanStream(redis: unknown, command: string, options: KeyScan = {}): ScanStream {
  return new ScanStream({ objectMode: true, ...options, redis, command } as never);
}
