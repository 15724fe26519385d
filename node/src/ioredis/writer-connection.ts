// The connection by which a client tells a server how it places keys.

import { Redis, type RedisOptions } from "ioredis";
import { placeOf } from "../sharded/address.js";
import { PATIENCE, type WriterConnection } from "../sharded/registration.js";

/** A connection with the options of the others, which tries once. */
export function writerConnection(address: string, options: RedisOptions): WriterConnection {
  const once = { lazyConnect: true, enableOfflineQueue: true, retryStrategy: () => null, maxRetriesPerRequest: 0 };
  const patient = { commandTimeout: PATIENCE, connectTimeout: PATIENCE };
  const redis = new Redis({ ...patient, ...options, ...placeOf(address), ...once } as RedisOptions & { replyMapping?: "legacy" });
  let lost: Error | undefined;
  redis.on("error", (error: Error) => (lost = error));
  return {
    send: async ([name, ...args]) => {
      try {
        return await redis.call(name!, ...args);
      } catch (error) {
        // What ioredis says then is that the connection is closed, not why.
        throw lost ?? error;
      }
    },
    close: () => redis.disconnect(),
  };
}
