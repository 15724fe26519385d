// Which nodes take part: ejection and return.

import { indexNumber, isBytes, members, naturalNumber, text, time, wrongType } from "./arguments.js";
import type { EngineHealth } from "./engine.js";
import { engineOf } from "./engine/access.js";
import { engine } from "./engine/current.js";
import type { Router } from "./router.js";

/**
 * What becomes of the keys of a node that is out: they live on the nodes that are left, and it comes back unprobed as in
 * twemproxy (`remap`); they stay where they are and are refused (`fail`); or they live on the nodes that are left until a
 * check finds it well (`probe`).
 */
export type OnFailure = "remap" | "fail" | "probe";

/** When a node is taken out, for how long, and what becomes of its keys: keys of a nutcracker.yml, with its defaults. */
export interface HealthRules {
  /** `remap` unless said. */
  readonly on_failure?: OnFailure | undefined;
  /** Whether nodes are taken out at all; `false` unless said. */
  readonly auto_eject_hosts?: boolean | undefined;
  /** Failures in a row after which a node is taken out, 0 to 2147483647; 2 unless said, and 0 is 1. */
  readonly server_failure_limit?: number | undefined;
  /** Milliseconds until it is tried again, 0 to 2147483647; 30000 unless said. */
  readonly server_retry_timeout?: number | undefined;
}

/**
 * What became of a request: a `reply`, errors included but those that {@link isFailure}; a `failure`, once for each
 * connection that was closed or not made; or of a check.
 */
export type Outcome = "reply" | "failure" | "check_passed" | "check_failed";

/** Whether the nodes that take part are others than at the last call; `empty`: there are none, and nobody is asked. */
export type LiveSet = "same" | "changed" | "empty";

/** What happened to a node. Times are those of the calls, in microseconds. */
export type HealthEvent =
  /** It failed too often and is out; it is tried again, or its first check is due, at the earliest at `until`. */
  | { readonly event: "ejected"; readonly index: number; readonly at: number; readonly until: number }
  /** It was out already and failed again: its next try is put off. */
  | { readonly event: "postponed"; readonly index: number; readonly at: number; readonly until: number }
  /** It is back; `away` is for how long it was out, `keys_elsewhere` whether keys were placed without it meanwhile. */
  | {
      readonly event: "returned";
      readonly index: number;
      readonly at: number;
      readonly away: number;
      readonly keys_elsewhere: boolean;
    }
  /** The last node is out. */
  | { readonly event: "all_gone"; readonly at: number; readonly until: number };

/** All that is known. Times are in microseconds, null where there is none. */
export interface HealthSnapshot {
  readonly rules: Required<HealthRules>;
  /** How many nodes are live. */
  readonly live: number;
  /** When a node that is out is to be tried again. */
  readonly next_rebuild: number | null;
  readonly nodes: readonly {
    /** Failures in a row. */
    readonly failure_count: number;
    /** Out until then. */
    readonly next_retry: number | null;
    /** The last ejection. */
    readonly ejected_at: number | null;
    /** How many there were. */
    readonly ejections: number;
    /** Since when it is out; null: it is live. */
    readonly away_since: number | null;
    readonly keys_elsewhere: boolean;
  }[];
}

const LIVE_SETS: readonly LiveSet[] = ["same", "changed", "empty"];

/**
 * Which nodes of a pool take part: twemproxy's `auto_eject_hosts` to the letter, or with `on_failure` another end.
 *
 * The caller says what became of requests, and when. Times (`now`) are whole microseconds, 0 to 2^53 - 1, of any clock that
 * does not run backwards, the same in all calls. There is no timer within: a node comes back when a request finds its time
 * over.
 *
 * @example
 * ```ts
 * import { Health, Router } from "keyhome";
 *
 * const all = Router.fromConfig("pool:\n  servers:\n   - 10.0.0.1:6379:1\n   - 10.0.0.2:6379:1\n");
 * const health = new Health({ auto_eject_hosts: true, server_failure_limit: 1 }, all.nodes.length);
 * let router = all;
 *
 * let now = 1_000_000; // in a program: Math.floor(performance.now() * 1000)
 * health.report(0, "failure", now);
 *
 * // Before each request:
 * const live = health.update(now);
 * if (live === "changed") router = all.withoutIndexes(health.gone());
 * if (live === "empty") throw new Error("all nodes are out");
 * const home = router.index("user:1001");
 * health.admit(home, now); // `on_failure: fail` refuses here
 * home; // => 1
 *
 * now += 30_000_001;
 * health.update(now); // => "changed"
 * health.takeEvents().map(({ event }) => event); // => ["ejected", "returned"]
 * ```
 */
export class Health {
  #health: EngineHealth;

  /**
   * @param rules - what is left out is as in twemproxy; what `poolSettings` gives can be passed as it is
   * @param nodes - the number of nodes, all of them live
   * @throws KeyhomeError `pool.empty` for 0, `config.nodes` for more than 65,535; `argument.type`, `argument.range`
   */
  constructor(rules: HealthRules, nodes: number) {
    const given = members(rules, "the rules", [
      "on_failure",
      "auto_eject_hosts",
      "server_failure_limit",
      "server_retry_timeout",
    ]);
    const { on_failure, auto_eject_hosts, server_failure_limit, server_retry_timeout } = given;
    if (auto_eject_hosts !== undefined && typeof auto_eject_hosts !== "boolean") {
      throw wrongType("auto_eject_hosts", "a boolean", auto_eject_hosts);
    }
    const number = (value: unknown, what: string) => (value === undefined ? value : naturalNumber(value, what));
    this.#health = engine().health(
      on_failure === undefined ? undefined : text(on_failure, "on_failure", "argument.type"),
      auto_eject_hosts,
      number(server_failure_limit, "server_failure_limit"),
      number(server_retry_timeout, "server_retry_timeout"),
      indexNumber(nodes, "nodes"),
    );
  }

  /**
   * Before each request, and before its key is placed: whether nodes came or went since the last call. After `changed`
   * keys are placed by the router of all nodes, {@link Router.withoutIndexes | without} {@link Health.gone}; after `empty`
   * the request is refused. With `on_failure: fail` it is always `same`.
   *
   * @throws KeyhomeError `argument.type`, `argument.range`
   */
  update(now: number): LiveSet {
    return LIVE_SETS[this.#health.update(time(now))]!;
  }

  /**
   * Whether a request for a key of the node at `index` may be sent: returns, or throws. Only `on_failure: fail` refuses.
   *
   * @throws KeyhomeError `node.ejected`; `argument.range` for a node that is not there
   */
  admit(index: number, now: number): void {
    this.#health.admit(indexNumber(index, "the index"), time(now));
  }

  /**
   * What became of a request to the node at `index`, or of a check of it.
   *
   * @throws KeyhomeError `argument.range` for a node that is not there; `argument.type` for another word
   */
  report(index: number, outcome: Outcome, now: number): void {
    const word = text(outcome, "the outcome", "argument.type");
    this.#health.report(indexNumber(index, "the index"), word, time(now));
  }

  /** What happened since the last call, in order. Of what nobody takes, the latest 1,024 are kept. */
  takeEvents(): HealthEvent[] {
    return JSON.parse(this.#health.takeEvents()) as HealthEvent[];
  }

  /**
   * `on_failure: probe`: the nodes whose check is due, ascending. Each is handed out once; if nothing is reported of it,
   * again after `server_retry_timeout`.
   *
   * @throws KeyhomeError `argument.type`, `argument.range`
   */
  dueChecks(now: number): number[] {
    return Array.from(this.#health.dueChecks(time(now)));
  }

  /** `on_failure: probe`: when the next check is due, for a timer; null while there is nothing to check. */
  nextCheck(): number | null {
    return this.#health.nextCheck() ?? null;
  }

  /**
   * The indexes of nodes that the owner's placement does without, ascending, for `withoutIndexes` of the router with all
   * nodes. They change when {@link Health.update} says `changed` and at no other time.
   */
  gone(): number[] {
    return Array.from(this.#health.gone());
  }

  /** Whether the node at `index` was live when nodes were last counted; `false` for one that is not there. */
  isLive(index: number): boolean {
    return this.#health.isLive(indexNumber(index, "the index"));
  }

  /** How many nodes were live when they were last counted. */
  get live(): number {
    return this.#health.live();
  }

  /** Whether every request is refused because no node is live. Never with `on_failure: fail`. */
  isAllGone(): boolean {
    return this.#health.isAllGone();
  }

  /**
   * The health of another list of nodes, after a reload: a node whose name stays keeps what is known about it, the others
   * are new and live. The owner is taken to place keys by all of `router`, so that the first {@link Health.update} is
   * `changed` if some of its nodes are out. Events carry the new indexes; those of this health, which stays as it is, are
   * taken first.
   *
   * @param rules - as for the constructor
   * @param old - the router of all the nodes that this is the health of
   * @param router - the router of all nodes that there are from now on
   * @throws KeyhomeError `argument.range` where `old` has another number of nodes than this health; `argument.type`
   *
   * @example
   * ```ts
   * import { Health, Router } from "keyhome";
   *
   * const [old, router] = ["a,b,c", "c,d,b"].map((hosts) => Router.fromConfig(
   *   JSON.stringify({ pool: { servers: hosts.split(",").map((host) => `${host}:6379:1`) } }),
   * ));
   * const rules = { auto_eject_hosts: true, server_failure_limit: 1 };
   * const health = new Health(rules, 3);
   * health.report(1, "failure", 1_000_000); // b
   *
   * const next = health.reloaded(rules, old, router, 2_000_000);
   * [next.update(2_000_000), next.gone()]; // => ["changed", [2]]
   * ```
   */
  reloaded(rules: HealthRules, old: Router, router: Router, now: number): Health {
    const [before, after] = [engineOf(old), engineOf(router)];
    // Its rules are looked at as everywhere; its nodes are those of the router.
    const next = new Health(rules, 1);
    next.#health = this.#health.reloaded(next.#health, before, after, time(now));
    return next;
  }

  /** All that is known. */
  snapshot(): HealthSnapshot {
    return JSON.parse(this.#health.snapshot()) as HealthSnapshot;
  }
}

/**
 * Whether an error that a server replies counts as a failure of it: `OOM`, `BUSY` and `LOADING`, exactly, as the first
 * word. Twemproxy closes the connection on these; other errors are replies like any other.
 *
 * @param error - the text of the error, with a leading `-` or without, or its bytes
 * @throws KeyhomeError `argument.type`
 */
export function isFailure(error: string | Uint8Array): boolean {
  if (typeof error !== "string" && !isBytes(error)) throw wrongType("the error", "a string or bytes", error);
  return engine().isFailure(error);
}
