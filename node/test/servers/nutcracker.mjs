// A nutcracker (twemproxy) that serves one pool.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "./ask.mjs";
import { lease, withFreshPorts } from "./ports.mjs";

/**
 * A pool as nutcracker.yml describes it.
 *
 * @param servers - lines of `servers`, such as `127.0.0.1:6379:1 redis-1`
 * @param settings - all else, values as they are to stand in the file
 */
export function yaml(servers, settings = {}) {
  const lines = Object.entries({ redis: true, ...settings }).map(([name, value]) => `  ${name}: ${value}\n`);
  return `pool:\n${lines.join("")}  servers:\n${servers.map((server) => `   - ${server}\n`).join("")}`;
}

export class Nutcracker {
  constructor(port) {
    /** The port on which it serves its pool. */
    this.port = port;
  }

  /** Starts one on a free port, with a config as {@link yaml} makes it. */
  static start(scratch, config) {
    return withFreshPorts(async () => {
      const folder = scratch.folder("nutcracker");
      const file = join(folder, "nutcracker.yml");
      const [port, stats] = [await lease(), await lease()];
      writeFileSync(file, config.replace("pool:\n", `pool:\n  listen: 127.0.0.1:${port}\n`));
      const args = ["-c", file, "-a", "127.0.0.1", "-s", String(stats), "-p", join(folder, "pid")];
      const process = await scratch.spawn("nutcracker", args, folder);
      await process.waitUntil(async () => (await ask(port, "PING")) === "PONG");
      // If another program had taken one of the ports, it was that program that answered; ours ends at once.
      await sleep(20);
      if (!process.isRunning) throw new Error(`nutcracker does not start\n${process.logEnd()}`);
      return new Nutcracker(port);
    });
  }

  /** The reply to a command, over a connection of its own. */
  ask(...words) {
    return ask(this.port, ...words);
  }
}
