// A temporary folder and the processes that live in it. Neither outlives its owner.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitUntil } from "./wait.mjs";

/**
 * The guard reads a pipe that only the owner holds open: it ends when the owner does, in whatever way. Every process that is
 * still to be ended has a file of its number in `running`.
 */
const GUARD = `
read -r _
for marker in "$1"/running/*; do
  if [ -e "$marker" ]; then kill -KILL "\${marker##*/}"; fi
done
rm -rf -- "$1"
`;

/**
 * A temporary folder in which servers run. When {@link Scratch.end} is called, or its owner ends in whatever way, its
 * processes are killed and the folder is removed.
 */
export class Scratch {
  #started = 0;
  #hasEnded = false;
  #guard;
  #ends = [];

  constructor() {
    /** The folder. */
    this.path = mkdtempSync(join(tmpdir(), "keyhome-"));
    mkdirSync(join(this.path, "running"));
    // A group of its own: Ctrl-C in a terminal goes to a whole group, and must not end the guard before its work is done.
    const stdio = ["pipe", "ignore", "ignore"];
    this.#guard = spawn("/bin/sh", ["-c", GUARD, "guard", this.path], { stdio, detached: true });
    this.#guard.unref();
    this.#guard.stdin.unref();
  }

  /** Makes a new folder in it, named `name-0`, `name-1` ... */
  folder(name) {
    const path = join(this.path, `${name}-${this.#started++}`);
    mkdirSync(path);
    return path;
  }

  /** Starts a program in `folder`; what it prints goes to `log` there. */
  async spawn(program, args, folder) {
    // A test that failed may go on while its servers are ended; nobody would end this one.
    if (this.#hasEnded) throw new Error(`${program} is not started: the scratch folder is gone`);
    const log = join(folder, "log");
    const output = openSync(log, "a");
    const child = spawn(program, args, { cwd: folder, stdio: ["ignore", output, output], detached: true });
    closeSync(output);
    child.unref();
    const marker = join(this.path, "running", String(child.pid));
    if (child.pid !== undefined) writeFileSync(marker, "");
    await new Promise((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error) => {
        if (error.code === "ENOENT") error.message = `${program} is not installed: run \`make setup\``;
        reject(error);
      });
    });
    return new Process(child, program, log, marker);
  }

  /** Has this called at the end, before the processes are killed. */
  atEnd(end) {
    this.#ends.push(end);
  }

  /** Kills what still runs, and removes the folder. */
  async end() {
    this.#hasEnded = true;
    for (const end of this.#ends.splice(0)) await end();
    const gone = new Promise((resolve) => this.#guard.once("exit", resolve));
    this.#guard.ref();
    this.#guard.stdin.end();
    await gone;
  }
}

/** A running program. */
class Process {
  #child;
  #program;
  #log;
  #marker;
  #exited;

  constructor(child, program, log, marker) {
    this.#child = child;
    this.#program = program;
    this.#log = log;
    this.#marker = marker;
    this.#exited = new Promise((resolve) => child.once("exit", resolve));
  }

  /** Its process number. */
  get id() {
    return this.#child.pid;
  }

  /** Whether it has not ended by itself or been killed. */
  get isRunning() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits until `ready` says yes. A program that ends before is an error with the end of its log. */
  async waitUntil(ready) {
    const ended = () => new Error(`${this.#program} ended with ${this.#child.exitCode}\n${this.logEnd()}`);
    const outcome = { error: undefined };
    await waitUntil(async () => {
      if (this.isRunning) return ready();
      outcome.error = ended();
      return true;
    }, `${this.#program} is ready`).catch((error) => {
      throw new Error(`${error.message}\n${this.logEnd()}`);
    });
    if (outcome.error) throw outcome.error;
  }

  /** Sends it a signal. */
  signal(name) {
    if (!this.#child.kill(name)) throw new Error(`${this.#program} does not take ${name}: it has ended`);
  }

  /** Kills it, as a crash of its machine would, and waits until it is gone. */
  async kill() {
    if (existsSync(this.#marker)) rmSync(this.#marker);
    if (!this.isRunning) return;
    this.#child.ref();
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** The last lines that it has printed or logged. */
  logEnd() {
    const lines = readFileSync(this.#log, "utf8").trimEnd().split("\n");
    return `  | ${lines.slice(-15).join("\n  | ")}`;
  }
}
