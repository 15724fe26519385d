// What is used of node-redis's clients. The types are our own: versions 5 and 6 differ in theirs, and both have these.

import { type Key, KeyhomeError } from "../index.js";

/** The words of a command: node-redis takes text and bytes only. */
export type Words = readonly Key[];

/** Options of a call, such as `typeMapping` and `abortSignal`. */
export interface CallOptions {
  readonly typeMapping?: unknown;
  readonly [option: PropertyKey]: unknown;
}

/** What node-redis has made of a call: the words, and which of them are keys. */
export interface ParsedCommand {
  readonly redisArgs: Words;
  readonly keys: Words;
  /** What the reply is to be made with. */
  readonly preserve?: unknown;
}

/** Makes of a reply what the method of the command returns. */
export type TransformReply = ((reply: unknown, preserve?: unknown, typeMapping?: unknown) => unknown) | undefined;

/** A command that waits in a transaction or pipeline of node-redis. */
export interface QueuedCommand {
  readonly args: Words;
}

export type Listener = (message: never, channel: never) => unknown;

/** A client of one server. Names with an underscore are what its own methods call, and so are there in every version. */
export interface NativeClient {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  /** The prefix of all keys; late versions have it. */
  readonly _keyPrefix?: Key | undefined;
  readonly options?: { readonly keyPrefix?: unknown };
  readonly _commandOptions?: CallOptions | undefined;
  on(event: string, listener: (...args: never[]) => void): unknown;
  connect(): Promise<unknown>;
  close(): Promise<void>;
  destroy(): void;
  ref(): void;
  unref(): void;
  duplicate(): NativeClient;
  withCommandOptions(options: CallOptions): NativeClient;
  sendCommand(args: Words, options?: CallOptions): Promise<unknown>;
  _executeCommand(command: unknown, parsed: ParsedCommand, options: CallOptions, transform: TransformReply): Promise<unknown>;
  _executeScript(script: unknown, parsed: ParsedCommand, options: CallOptions, transform: TransformReply): Promise<unknown>;
  _executeMulti(commands: readonly QueuedCommand[], selected?: number): Promise<unknown[]>;
  WATCH(keys: Words): Promise<unknown>;
  UNWATCH(): Promise<unknown>;
  SUBSCRIBE(channel: string, listener: Listener, bufferMode?: boolean): Promise<void>;
  UNSUBSCRIBE(channel: string, listener?: Listener, bufferMode?: boolean): Promise<void>;
  PSUBSCRIBE(pattern: string, listener: Listener, bufferMode?: boolean): Promise<void>;
  PUNSUBSCRIBE(pattern: string, listener?: Listener, bufferMode?: boolean): Promise<void>;
  SSUBSCRIBE(channel: string, listener: Listener, bufferMode?: boolean): Promise<void>;
  SUNSUBSCRIBE(channel: string, listener?: Listener, bufferMode?: boolean): Promise<void>;
}

/**
 * What `createClient` gave.
 *
 * @throws KeyhomeError `argument.type` where it is no client of node-redis 5 or 6; `client.unsupported` for a `keyPrefix` that
 *   it would ignore
 */
export function checkedClient(client: NativeClient): NativeClient {
  if (typeof client?._executeCommand !== "function" || typeof client.on !== "function") {
    throw new KeyhomeError("argument.type", "createClient gave no client of node-redis 5 or 6");
  }
  if (client.options?.keyPrefix !== undefined && client._keyPrefix === undefined) {
    throw new KeyhomeError("client.unsupported", "this version of node-redis has no keyPrefix, and would ignore it; 6.3 has one");
  }
  return client;
}

/** Whether the server said it, rather than that nobody could be asked. */
export function isErrorReply(error: unknown): error is Error {
  for (let type = Object.getPrototypeOf(error ?? {}); type !== null; type = Object.getPrototypeOf(type)) {
    if (type.constructor?.name === "ErrorReply") return true;
  }
  return false;
}

/** Errors of a connection, by the names that node-redis gives them in both versions; the rest are those of a call. */
const OF_CONNECTIONS = new Set([
  "ClientClosedError",
  "ClientOfflineError",
  "ConnectionTimeoutError",
  "DisconnectsClientError",
  "SocketClosedUnexpectedlyError",
  "SocketTimeoutError",
  "NoReplyError",
]);

/** No reply came in the time that the config gives a server. */
export class NoReplyError extends Error {
  constructor(address: string, milliseconds: number) {
    super(`no reply from ${address} in ${milliseconds} ms`);
    this.name = "NoReplyError";
  }
}

/** Whether a command failed because its connection did. */
export function isOfConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Those of the operating system have a `syscall`.
  return "syscall" in error || error instanceof NoReplyError || OF_CONNECTIONS.has(error.constructor.name);
}
