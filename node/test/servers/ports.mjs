// Free loopback ports. redis-server and nutcracker cannot bind port 0 and say which port they got, so one is chosen for
// them, below Linux's ephemeral ports: no outgoing connection can take it before its server binds it. Another program that
// chooses in the same way still can, so whoever starts a server tries again with a new lease.

import { createServer } from "node:net";

const FIRST = 20_000;
const COUNT = 12_000;

/** Processes that run at the same time start at different places of the range. */
let next = (process.pid * 101) % COUNT;

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** A port on 127.0.0.1 that nobody listens on. */
export async function lease() {
  for (let turn = 0; turn < COUNT; turn++) {
    const port = FIRST + next;
    next = (next + 1) % COUNT;
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port on 127.0.0.1 between ${FIRST} and ${FIRST + COUNT - 1}`);
}

/** Tries a start a few times, each time with fresh ports. What is not installed will not be there the next time either. */
export async function withFreshPorts(start) {
  const ATTEMPTS = 5;
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === ATTEMPTS || error.code === "ENOENT") throw error;
    }
  }
}
