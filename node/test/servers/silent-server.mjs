// A server that accepts and never answers, as a machine does whose disk hangs.

import { createServer } from "node:net";

export class SilentServer {
  #server;
  #sockets = new Set();

  constructor(server) {
    this.#server = server;
    /** How many bytes it has been sent. */
    this.received = 0;
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("data", (bytes) => (this.received += bytes.length));
      socket.on("error", () => {}); // who gives up on it may do so in any way
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  /** Starts one on a free port. */
  static async start(scratch) {
    const server = createServer();
    await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
    const silent = new SilentServer(server);
    scratch.atEnd(() => silent.end());
    return silent;
  }

  get port() {
    return this.#server.address().port;
  }

  get address() {
    return `127.0.0.1:${this.port}`;
  }

  /** How many connections are open. */
  get connections() {
    return this.#sockets.size;
  }

  /** Closes all. */
  end() {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
