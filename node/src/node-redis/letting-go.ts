// Clients of node-redis that are let go, perhaps in the middle of making a connection.
//
// node-redis 5 and 6 look whether a client was destroyed everywhere but after the socket is made: destroyed while it is being
// made, a client connects all the same, and its connection stays open as long as the program, which it keeps from ending.

import type { NativeClient } from "./native-client.js";

/** Those that are making a socket. */
const connecting = new WeakSet<NativeClient>();

/** `client.connect()`, after which {@link letGo} knows how far it has come. */
export function connect(client: NativeClient): Promise<unknown> {
  connecting.add(client);
  client.on("reconnecting", () => connecting.add(client));
  client.on("connect", () => connecting.delete(client));
  client.on("error", () => connecting.delete(client));
  return client.connect();
}

/**
 * Destroys a client: at once, or as soon as its socket is made or could not be.
 *
 * @returns whether it was at once; otherwise what it was asked is not rejected yet
 */
export function letGo(client: NativeClient): boolean {
  const destroy = () => {
    if (client.isOpen) client.destroy();
  };
  if (!connecting.has(client)) {
    destroy();
    return true;
  }
  client.on("connect", destroy);
  client.on("error", destroy);
  return false;
}
