// Where keys live right now: the router of all nodes, without those that health has taken out.

import {
  Health,
  type HealthEvent,
  type Key,
  KeyhomeError,
  type LiveSet,
  type Node,
  type Outcome,
  type Router,
} from "../index.js";
import type { PoolPlan } from "./pool-plan.js";

/** Microseconds, whole, of a clock that does not run backwards. */
export function now(): number {
  return Math.floor(performance.now() * 1000);
}

/** The error of what waits for a node that is out, or would go to it. */
export function ejected({ name, address }: Node): KeyhomeError {
  return new KeyhomeError("node.ejected", `${name} (${address}) failed too often and is left alone for now`);
}

/** Whether a PING is answered in so many milliseconds; any answer will do. */
export function isAnswered(ping: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  const answered = ping.then(
    () => true,
    () => false,
  );
  return Promise.race([answered, late]).finally(() => clearTimeout(timer));
}

/** What the owner of the connections does for its placement. */
export interface PlacementOwner {
  /** Something happened to a node. */
  told(event: HealthEvent): void;
  /** Other nodes take part than before. */
  moved(): void;
  /** `on_failure: probe`: whether the node answers. */
  check(index: number): Promise<boolean>;
}

/**
 * The router in use. While nobody fails, a key costs one question to the router; health is asked only from the first
 * failure on, until all nodes take part again and have answered.
 */
export class LivePlacement {
  readonly #owner: PlacementOwner;
  #all: Router;
  #router: Router;
  #health: Health;
  /** Whether health has something to say before a request. */
  #alert = false;
  /** Nodes that failed since their last reply. */
  readonly #suspects = new Set<number>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /**
   * What health said, until the caller is done: a node whose time is over in the middle of a pipeline would have a part of
   * its commands done elsewhere.
   */
  #said: LiveSet | undefined;

  constructor({ router, settings }: PoolPlan, owner: PlacementOwner) {
    this.#owner = owner;
    this.#all = router;
    this.#router = router;
    this.#health = new Health(settings, router.nodes.length);
  }

  /** A node, by its index. */
  node(index: number): Node {
    return this.#all.nodes[index]!;
  }

  /** The router of the nodes that take part. */
  get router(): Router {
    this.refresh();
    return this.#router;
  }

  /** How many nodes there are, whether they take part or not. */
  get count(): number {
    return this.#all.nodes.length;
  }

  /**
   * The index of the node of a key.
   *
   * @throws KeyhomeError as for `Router.index`; `pool.ejected`
   */
  home(key: Key): number {
    if (this.#alert && this.#update() === "empty") {
      const message = `all ${this.#all.nodes.length} nodes have failed and are left alone for now`;
      throw new KeyhomeError("pool.ejected", message);
    }
    return this.#router.index(key);
  }

  /**
   * Whether the node may be asked: `on_failure: fail` refuses one that is out.
   *
   * @param index - -1 for a node that a reload has taken away, of which nothing is known
   * @throws KeyhomeError `node.ejected`
   */
  admit(index: number): void {
    if (!this.#alert || index < 0) return;
    try {
      this.#health.admit(index, now());
    } catch (error) {
      const isEjected = error instanceof KeyhomeError && error.code === "node.ejected";
      throw isEjected ? ejected(this.node(index)) : error;
    }
  }

  /** Counts who takes part, as before a request. */
  refresh(): void {
    if (this.#alert) this.#update();
  }

  /** Whether the node takes part. */
  isLive(index: number): boolean {
    return !this.#alert || this.#health.isLive(index);
  }

  /** The nodes that take part. */
  live(): number[] {
    const indexes = this.#all.nodes.map((_, index) => index);
    return this.#alert ? indexes.filter((index) => this.#health.isLive(index)) : indexes;
  }

  /** What became of a request. */
  report(index: number, outcome: Outcome): void {
    if (outcome === "failure") {
      this.#suspects.add(index);
      this.#alert = true;
    } else if (!this.#suspects.delete(index)) {
      return;
    }
    this.#health.report(index, outcome, now());
    this.#said = undefined;
    this.#after();
  }

  /**
   * Goes over to another pool. What is known of the nodes whose names stay is kept. The owner hears of events by the new
   * indexes, from the next {@link LivePlacement.refresh} on, which is for it to call.
   *
   * @throws KeyhomeError; then nothing has changed
   */
  reload({ router, settings }: PoolPlan): void {
    this.#health = this.#health.reloaded(settings, this.#all, router, now());
    const suspects = new Set([...this.#suspects].map((index) => this.node(index).name));
    this.#suspects.clear();
    router.nodes.forEach(({ name }, index) => suspects.has(name) && this.#suspects.add(index));
    this.#all = router;
    this.#router = router;
    this.#said = undefined;
    this.#alert = true;
  }

  /** Nodes are checked no more: also not because of a check or a reply that comes late. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** The owner goes on after its end. */
  open(): void {
    this.#isClosed = false;
  }

  #update(): LiveSet {
    if (this.#said !== undefined) return this.#said;
    const live = this.#health.update(now());
    this.#said = live;
    queueMicrotask(() => {
      this.#said = undefined;
    });
    if (live === "changed") {
      this.#router = this.#all.withoutIndexes(this.#health.gone());
      this.#owner.moved();
    }
    this.#after();
    return live;
  }

  #after(): void {
    for (const event of this.#health.takeEvents()) this.#owner.told(event);
    this.#alert = this.#suspects.size > 0 || this.#health.live < this.#all.nodes.length || this.#health.gone().length > 0;
    this.#schedule();
  }

  /** A timer for the next check, where there is one to be made. */
  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const at = this.#health.nextCheck();
    if (at === null || this.#isClosed) return;
    const wait = Math.max(0, Math.ceil((at - now()) / 1000));
    this.#timer = setTimeout(() => this.#check(), Math.min(wait, 2 ** 31 - 1));
    this.#timer.unref();
  }

  #check(): void {
    const health = this.#health;
    for (const index of health.dueChecks(now())) {
      const report = (passed: boolean) => {
        // After a reload this would be about another node.
        if (health !== this.#health) return;
        health.report(index, passed ? "check_passed" : "check_failed", now());
        this.#said = undefined;
        this.#after();
        this.refresh();
      };
      this.#owner.check(index).then(report, () => report(false));
    }
    this.#schedule();
  }
}
