// The servers that the tests of a file share.

import { after, before, beforeEach } from "node:test";
import { RedisServer } from "./redis-server.mjs";
import { Scratch } from "./scratch.mjs";

/**
 * Servers that are started before the tests of a file, and end after them with all else in `scratch`.
 *
 * @param count - how many; `servers` has them once the first test begins
 * @param options.emptied - whether each test finds them without keys
 */
export function serversForTests(count, { emptied = false } = {}) {
  const scratch = new Scratch();
  const servers = [];
  before(async () => {
    servers.push(...(await RedisServer.startMany(count, scratch)));
  });
  if (emptied) beforeEach(() => Promise.all(servers.map((server) => server.ask("FLUSHALL"))));
  after(() => scratch.end());
  return { servers, scratch };
}
