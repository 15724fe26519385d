// One redis-server.

import { readFileSync } from "node:fs";
import { ask } from "./ask.mjs";
import { lease, withFreshPorts } from "./ports.mjs";
import { waitUntil } from "./wait.mjs";

/** What all of them are started with: everything in memory, and replicas get their copy without a delay. */
const OPTIONS = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"];

/** A redis-server that keeps everything in memory. */
export class RedisServer {
  #scratch;
  #process;
  #folder;
  #options;

  constructor(scratch, process, port, folder, options) {
    this.#scratch = scratch;
    this.#process = process;
    this.#folder = folder;
    this.#options = options;
    /** The port it listens on. */
    this.port = port;
    /** `127.0.0.1:PORT` */
    this.address = `127.0.0.1:${port}`;
  }

  /**
   * Starts one on a free port.
   *
   * @param options - more of its options, such as `"--maxmemory", "1mb"`
   */
  static start(scratch, ...options) {
    return withFreshPorts(async () => RedisServer.startAt(await lease(), scratch, options));
  }

  /** Starts some at once. */
  static startMany(count, scratch, ...options) {
    return Promise.all(Array.from({ length: count }, () => RedisServer.start(scratch, ...options)));
  }

  /** One attempt, on this port. */
  static async startAt(port, scratch, options) {
    const folder = scratch.folder("redis-server");
    return new RedisServer(scratch, await launched(port, scratch, folder, options), port, folder, options);
  }

  /** Starts a replica of this one, and waits until it has a copy. */
  async startReplica(...options) {
    const replica = await RedisServer.start(this.#scratch, "--replicaof", `127.0.0.1 ${this.port}`, ...options);
    await replica.follows();
    return replica;
  }

  /** Waits until this replica is in touch with its primary. */
  follows() {
    const isUp = async () => (await this.ask("INFO", "replication")).includes("master_link_status:up\r\n");
    return waitUntil(isUp, `the replica at ${this.address} follows`);
  }

  /** The reply to a command, over a connection of its own: see {@link ask}. */
  ask(...words) {
    return ask(this.port, ...words);
  }

  /** Kills it, as a crash would. */
  kill() {
    return this.#process.kill();
  }

  /** Starts it again on its port, empty, after a {@link kill}. A node of a cluster is the same node again. */
  async startAgain() {
    this.#process = await launched(this.port, this.#scratch, this.#folder, this.#options);
  }

  /** Stops it without ending it: connections stay open, the system accepts new ones, and nothing is answered. */
  pause() {
    this.#process.signal("SIGSTOP");
    // The signal is sent by now; it has an effect when the kernel finds the time.
    while (!/\) T /.test(readFileSync(`/proc/${this.#process.id}/stat`, "utf8")));
  }

  /** Lets it go on after a {@link pause}. */
  resume() {
    this.#process.signal("SIGCONT");
  }
}

async function launched(port, scratch, folder, options) {
  const args = ["--port", String(port), ...OPTIONS, ...options];
  const process = await scratch.spawn("redis-server", args, folder);
  // Whoever answers on the port must be ours, not another redis-server that was quicker to take it.
  const ours = `process_id:${process.id}\r\n`;
  await process.waitUntil(async () => (await ask(port, "INFO", "server")).includes(ours));
  return process;
}
