// The servers of the examples, as their users start them, but on free ports; and the examples, run on them.

import { execFile, spawn } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { lease, withFreshPorts } from "../../node/test/servers/ports.mjs";
import { Scratch } from "../../node/test/servers/scratch.mjs";

/** The folder of the examples. */
export const EXAMPLES = fileURLToPath(new URL("../../examples/", import.meta.url));

/** The ports in the files and texts of the examples. */
const SERVERS = [7001, 7002, 7003];
const CLUSTER = [7101, 7102, 7103];
const [LISTEN, STATS, METRICS, WEB] = [22121, 22222, 9121, 3000];

/** A replica, and the bus of a cluster's node, are so much above their port. */
const ABOVE = 10;

const PROGRAMS = { ".mjs": [process.execPath], ".py": [needed("PYTHON"), "-W", "error"], ".sh": [] };

function needed(name) {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: \`cargo xtask test examples\` does it`);
  return value;
}

/** Servers on free ports, and what tells the examples of them. */
export class Pool {
  /** Where they run. */
  scratch = new Scratch();
  #ports = new Map();
  #env;

  /** Starts what `./servers` is told: each of `words` is one call. */
  static start(...words) {
    return withFreshPorts(async () => {
      const pool = new Pool();
      try {
        await pool.#lease();
        let said = "";
        for (const word of words) said += await pool.servers(word);
        return { pool, said };
      } catch (error) {
        await pool.end();
        throw error;
      }
    });
  }

  async #lease() {
    for (const port of [LISTEN, STATS, METRICS, WEB]) this.#ports.set(port, await lease());
    const taken = new Set(this.#ports.values());
    for (const port of [...SERVERS, ...CLUSTER]) {
      let found = await lease();
      while (taken.has(found) || taken.has(found + ABOVE)) found = await lease();
      taken.add(found).add(found + ABOVE);
      this.#ports.set(port, found).set(port + ABOVE, found + ABOVE);
    }
    const folder = this.scratch.folder("examples");
    const copy = (name, change = (text) => text) => {
      writeFileSync(join(folder, name), change(this.ours(readFileSync(join(EXAMPLES, name), "utf8"))));
      return join(folder, name);
    };
    // A busy machine takes its time, and a dead server must not be tried again before all has been looked at.
    const patient = (text) => text.replace(/timeout: 2000$/m, "timeout: 20000").replace("retry_timeout: 2000", "retry_timeout: 5000");
    this.#env = {
      ...process.env,
      NUTCRACKER_YML: copy("nutcracker.yml", patient),
      REPLICAS_YML: copy("replicas.yml"),
      CLUSTER_PORTS: CLUSTER.map((port) => this.port(port)).join(" "),
      CLUSTER_NODE: `127.0.0.1:${this.port(CLUSTER[0])}`,
      STATS_PORT: this.port(STATS),
      METRICS_PORT: this.port(METRICS),
      PORT: this.port(WEB),
      SERVERS_DIR: this.scratch.folder("servers"),
    };
  }

  /** The free port that stands for a port of the examples. */
  port(named) {
    const port = this.#ports.get(named);
    if (port === undefined) throw new Error(`no example has port ${named}`);
    return port;
  }

  /** A text with our ports in place of those of the examples. */
  ours(text) {
    return text.replace(/\b(127\.0\.0\.1):(\d+)/g, (_, host, port) => `${host}:${this.port(Number(port))}`);
  }

  /** A text with the ports of the examples in place of ours. */
  named(text) {
    const names = new Map(Array.from(this.#ports, ([named, port]) => [String(port), String(named)]));
    return text.replace(/(?<=127\.0\.0\.1:)\d+/g, (port) => names.get(port) ?? port);
  }

  /** What `./servers WORDS` says. */
  async servers(...words) {
    try {
      const { stdout } = await promisify(execFile)(join(EXAMPLES, "servers"), words, { env: this.#env });
      return this.named(stdout);
    } finally {
      this.#guard();
    }
  }

  /** Leaves what remains of a server whose machine was started anew: its folder, with a number that is another program's now. */
  leaveBehind(name, pid) {
    const folder = join(this.#env.SERVERS_DIR, name);
    mkdirSync(folder);
    writeFileSync(join(folder, "pid"), `${pid}\n`);
    writeFileSync(join(folder, "port"), `${this.port(7003)}\n`);
  }

  /** Has the servers ended together with us: see {@link Scratch}. */
  #guard() {
    for (const name of readdirSync(this.#env.SERVERS_DIR, { withFileTypes: true })) {
      if (!name.isDirectory()) continue;
      const pid = readFileSync(join(this.#env.SERVERS_DIR, name.name, "pid"), { encoding: "utf8", flag: "a+" }).trim();
      if (pid !== "") writeFileSync(join(this.scratch.path, "running", pid), "");
    }
  }

  /** Starts an example from another folder than its own. */
  spawn(example) {
    const [program = join(EXAMPLES, example), ...args] = PROGRAMS[/\.\w+$/.exec(example)[0]];
    const path = program === join(EXAMPLES, example) ? [] : [join(EXAMPLES, example)];
    return spawn(program, [...args, ...path], { cwd: this.scratch.path, env: this.#env, stdio: ["ignore", "pipe", "pipe"] });
  }

  /** Runs an example to its end; gives what it printed. One that fails is an error with all that it said. */
  async run(example) {
    const child = this.spawn(example);
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"]) child[stream].setEncoding("utf8").on("data", (text) => (said[stream] += text));
    const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
    this.#guard();
    if (code !== 0) throw new Error(`${example} ended with ${code}\n${said.stdout}\n${said.stderr}`);
    return this.named(said.stdout);
  }

  async end() {
    await this.scratch.end();
  }
}
