// Stands before a server and passes everything on later: a machine that is far away, or has too much to do.

import { connect, createServer } from "node:net";

export class SlowServer {
  #server;
  #sockets = new Set();

  constructor(server) {
    this.#server = server;
    /** `127.0.0.1:PORT` */
    this.address = `127.0.0.1:${server.address().port}`;
    this.port = server.address().port;
  }

  /**
   * Starts one on a free port.
   *
   * @param port - of the server that serves
   * @param delay - of every reply, in milliseconds
   */
  static async start(scratch, port, delay) {
    const server = createServer();
    await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
    const slow = new SlowServer(server);
    server.on("connection", (socket) => slow.#join(socket, connect(port, "127.0.0.1"), delay));
    scratch.atEnd(() => slow.end());
    return slow;
  }

  #join(client, server, delay) {
    client.on("data", (bytes) => server.write(bytes));
    server.on("data", (bytes) => setTimeout(() => client.write(bytes), delay));
    for (const [one, other] of [[client, server], [server, client]]) {
      this.#sockets.add(one);
      one.setNoDelay(true);
      one.on("error", () => {}); // told by `close`
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }

  end() {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
