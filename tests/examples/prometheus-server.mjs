// A real Prometheus, with the config of the examples.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { lease, withFreshPorts } from "../../node/test/servers/ports.mjs";

export class Prometheus {
  constructor(port) {
    /** The port of its HTTP API. */
    this.port = port;
  }

  /** Starts one on a free port. */
  static start(scratch, config) {
    return withFreshPorts(async () => {
      const folder = scratch.folder("prometheus");
      const file = join(folder, "prometheus.yml");
      writeFileSync(file, config);
      const port = await lease();
      const args = [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, "data")}`];
      const process = await scratch.spawn("prometheus", [...args, `--web.listen-address=127.0.0.1:${port}`], folder);
      await process.waitUntil(async () => (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok);
      // Where another program had taken the port, it was that one that answered; ours ends at once.
      if (!process.isRunning) throw new Error(`prometheus does not start\n${process.logEnd()}`);
      return new Prometheus(port);
    });
  }

  /** The series that an expression gives now: `metric` has the labels, `value` the time and the number as a text. */
  async ask(expression) {
    const query = new URLSearchParams({ query: expression });
    const response = await fetch(`http://127.0.0.1:${this.port}/api/v1/query?${query}`);
    const { status, error, data } = await response.json();
    if (status !== "success") throw new Error(`${expression}: ${error}`);
    return data.result;
  }
}
