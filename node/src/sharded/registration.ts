// A client among those who write to the servers of a pool: it says how it places keys, and hears who does otherwise.

import { hostname } from "node:os";
import { KeyhomeError, type Node, version, writers } from "../index.js";
import type { PoolPlan } from "./pool-plan.js";

/** What is done where another writer places keys differently. */
export type OnDifference = "warn" | "refuse";

/** Whether and how a client tells servers how it places keys. */
export interface FingerprintChoice {
  /**
   * Whether to tell each server how this client places keys, and to compare that with what other writers to a pool of the
   * same name told: `warn` says who differs, in the event `warning` or, where nobody listens, as a warning of the process;
   * `refuse` does not start, or go over to another config, while somebody differs (`fingerprint.differs`). Off unless said.
   */
  readonly fingerprint?: OnDifference | undefined;
  /** The name under which writers are compared, where their pools have different ones; the name of the pool unless said. */
  readonly fingerprintGroup?: string | undefined;
}

/**
 * A connection of its own to a server, which is made with the first command.
 *
 * @internal
 */
export interface WriterConnection {
  send(words: readonly string[]): Promise<unknown>;
  close(): void;
}

/**
 * What the client does for its registration.
 *
 * @internal
 */
export interface RegistrationOwner {
  /** For example `ioredis`. */
  readonly program: string;
  /** A connection to the primary of a node of this plan. A command fails that is not answered soon. */
  connect(plan: PoolPlan, node: Node): WriterConnection;
  /** Somebody places keys differently, or a server cannot be told. */
  warn(error: Error): void;
}

/**
 * Milliseconds that a server has for an answer, unless the pool says how many.
 *
 * @internal
 */
export const PATIENCE = 2000;

/** A server, and the connection to it, if there is one. */
interface Server {
  readonly node: Node;
  connection: WriterConnection | undefined;
}

/**
 * The registration of a client as long as it places keys alike.
 *
 * @internal
 */
export class Registration {
  readonly #owner: RegistrationOwner;
  readonly #plan: PoolPlan;
  readonly #choice: FingerprintChoice;
  readonly #servers: readonly Server[];
  readonly #id: string;
  /** What each question to the core begins with. */
  readonly #self: readonly string[];
  /** The writers that were told of, and the servers whose trouble was. */
  readonly #told = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** Gives what has taken its place, if anything has, when that is known. */
  #successor: Promise<Registration | undefined> = Promise.resolve(undefined);

  /** @param before - the registration whose place it takes */
  constructor(owner: RegistrationOwner, plan: PoolPlan, choice: FingerprintChoice, before?: Registration) {
    this.#owner = owner;
    this.#plan = plan;
    this.#choice = choice;
    this.#servers = plan.router.nodes.map((node) => ({ node, connection: undefined }));
    this.#id = before === undefined ? Math.random().toString(16).slice(2, 14) : before.#id;
    const pool = choice.fingerprintGroup ?? plan.settings.name;
    const fingerprint = plan.router.fingerprint;
    const program = `keyhome/${owner.program} ${version}`;
    const [samePool, sameFingerprint, , , , , begun] = before === undefined ? [] : before.#self;
    const since = samePool === pool && sameFingerprint === fingerprint ? begun! : new Date().toISOString().replace(/\..*/, "Z");
    this.#self = [pool, fingerprint, this.#id, program, hostname(), String(process.pid), since];
  }

  #ask(question: string, ...rest: unknown[]): string[][] {
    return writers([...this.#self, question, ...rest.map(String)]);
  }

  /**
   * Announces the client to all servers that answer, and from now on again and again.
   *
   * @param before - the registration whose place it takes
   * @throws KeyhomeError `fingerprint.differs` with `refuse`; then it is announced no more
   */
  async start(onDifference = this.#choice.fingerprint, before?: Registration): Promise<void> {
    const refuses = onDifference === "refuse";
    const apart = await this.#announce(refuses);
    if (refuses && apart.length > 0) {
      await this.close(before);
      throw differs(apart);
    }
    if (this.#isClosed) return;
    const [, seconds] = this.#ask("about")[0]!;
    this.#timer = setInterval(() => void this.#announce(false), Number(seconds) * 1000).unref();
  }

  /** Tells all servers; gives the messages about those who place keys differently. */
  async #announce(quietly: boolean): Promise<string[]> {
    const found = await Promise.all(this.#servers.map((server) => this.#announceTo(server)));
    const messages = new Map<string, string>();
    for (const [id, fingerprint, message] of found.flat() as [string, string, string][]) messages.set(`${id} ${fingerprint}`, message);
    if (!quietly) {
      for (const [writer, message] of messages) {
        if (!this.#told.has(writer)) this.#owner.warn(differs([message]));
        this.#told.add(writer);
      }
    }
    return [...messages.values()];
  }

  /** Those who place keys differently, of the writers to one server; none where it does not answer. */
  async #announceTo(server: Server): Promise<string[][]> {
    if (this.#isClosed) return [];
    try {
      if (server.connection === undefined) await this.#connect(server);
      const all = (commands: string[][]) => Promise.all(commands.map((words) => this.#send(server, words)));
      const [now] = (await this.#send(server, ["TIME"])) as unknown[];
      const fingerprints = (await all(this.#ask("announce", now))).at(-1) as unknown[];
      const others = (await all(this.#ask("ask", now, ...fingerprints))) as unknown[][];
      return this.#ask("apart", ...others.flat());
    } catch (error) {
      // What is closed has its connection closed by that, when it has taken back what it said.
      if (this.#isClosed) return [];
      server.connection?.close();
      server.connection = undefined;
      this.#trouble(server.node, error as Error);
      return [];
    }
  }

  async #connect(server: Server): Promise<void> {
    server.connection = this.#owner.connect(this.#plan, server.node);
    const [name] = this.#ask("about")[0]!;
    try {
      await this.#send(server, ["CLIENT", "SETNAME", name!]);
    } catch (error) {
      // Some may write, and not do this. Where nobody answers, that is seen again at once.
      this.#trouble(server.node, error as Error);
    }
  }

  /** Nothing once it is closed: said after it was taken back, it would stand there until it is forgotten. */
  async #send({ connection }: Server, words: readonly string[]): Promise<unknown> {
    if (this.#isClosed) throw new KeyhomeError("client.closed", "the client was closed");
    return connection!.send(words);
  }

  #trouble({ name, address }: Node, error: Error): void {
    if (this.#isClosed || this.#told.has(address)) return;
    this.#told.add(address);
    this.#owner.warn(new Error(`${name} (${address}) was not told how keys are placed: ${error.message}`));
  }

  /**
   * Goes over to another plan, which is announced first: then `exchange` is called with the registration that takes this one's
   * place, and this one ends. One goes after the other: who comes meanwhile goes over from what that has led to.
   *
   * @returns what `exchange` gave
   * @throws those of {@link start} and of `exchange`; then this one goes on
   */
  async exchanged<T>(plan: PoolPlan, onDifference: OnDifference | undefined, exchange: (next: Registration) => T): Promise<T> {
    let given!: T;
    const before = this.#successor;
    const successor = before.then(async (other) => {
      if (other !== undefined) {
        given = await other.exchanged(plan, onDifference, exchange);
        return other;
      }
      const next = new Registration(this.#owner, plan, this.#choice, this);
      await next.start(onDifference, this);
      try {
        given = exchange(next);
      } catch (error) {
        await next.close(this);
        throw error;
      }
      void this.close(next);
      return next;
    });
    this.#successor = successor.catch(() => before);
    await successor;
    return given;
  }

  /** Announces it no more, and takes back what it said unless another of the same client goes on to say the same. */
  async close(other?: Registration): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    const isTakenBack = other === undefined || other.#isClosed || String(other.#self) !== String(this.#self);
    const [words] = this.#ask("withdraw");
    await Promise.all(
      this.#servers.map(async ({ connection }) => {
        // Who cannot be told forgets it by itself.
        if (isTakenBack) await connection?.send(words!).catch(() => {});
        connection?.close();
      }),
    );
  }
}

function differs([first, ...others]: readonly string[]): KeyhomeError {
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return new KeyhomeError("fingerprint.differs", `${first}${more}`);
}

/**
 * @internal
 * @throws KeyhomeError `argument.type`
 */
export function checkFingerprint({ fingerprint, fingerprintGroup }: FingerprintChoice): void {
  if (fingerprint !== undefined && fingerprint !== "warn" && fingerprint !== "refuse") {
    throw new KeyhomeError("argument.type", `fingerprint is ${String(fingerprint)}; it is "warn" or "refuse"`);
  }
  if (fingerprintGroup !== undefined && typeof fingerprintGroup !== "string") {
    throw new KeyhomeError("argument.type", "fingerprintGroup is no text");
  }
}
