// The connection by which a client tells a server how it places keys.

import { PATIENCE, type WriterConnection } from "../sharded/registration.js";
import { connect, letGo } from "./letting-go.js";
import type { NativeClient } from "./native-client.js";

/** A client of its own. `timeout` in milliseconds: how long connecting and an answer may take together. */
export function writerConnection(client: NativeClient, timeout = PATIENCE): WriterConnection {
  let connected: Promise<unknown> | undefined;
  let lost: Error | undefined;
  client.on("error", (error: Error) => {
    lost = error;
  });
  return {
    send: async (words) => {
      const answer = (connected ??= connect(client)).then(() => client.sendCommand(words));
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(lost ?? new Error(`no answer in ${timeout} ms`)), timeout);
      });
      try {
        return await Promise.race([answer, late]);
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => void letGo(client),
  };
}
