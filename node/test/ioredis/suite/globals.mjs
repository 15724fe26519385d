// What ioredis's tests find as globals: `Redis`, `MockServer`, `stub` and `expect`, as their helpers/global.js has them.

import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { ShardedRedis } from "keyhome/ioredis";
import sinon from "sinon";
import { waitUntil } from "../../servers/index.mjs";

const require = createRequire(import.meta.url);
const ioredis = require("ioredis");
const V1MockServer = require("ioredis-1-tests/test/helpers/mock_server.js");

/** The port at which the tests have servers of their own, which answer what the test wants. */
const MOCK_PORT = 17379;

/** Nobody listens there, nor at the other ports that the tests name. */
const CLOSED_PORT = 1;

/** What is ShardedRedis's own option; all else is for the connections. */
const OWN_OPTIONS = ["keyPrefix", "showFriendlyErrorStack", "lazyConnect", "scripts"];

/** What the test has made. */
const clients = new Set();
const mockServers = new Set();

/**
 * Gives the tests their globals.
 *
 * @param Redis - the client that is tested
 * @param mockPort - a free port, for the servers of the tests
 */
export function define(Redis, mockPort) {
  class MockServer extends V1MockServer {
    constructor(_, handler) {
      super(mockPort, handler);
      mockServers.add(this);
    }
  }
  Object.assign(globalThis, { Redis, MockServer, expect, stub });
  // Promises of that time call back, too, if they are asked to.
  Promise.prototype.nodeify = function (done) {
    this.then((value) => done(null, value), done);
    return this;
  };
  // And what is rejected without anybody looking ends no process.
  process.on("unhandledRejection", () => {});
}

/** sinon's, with a third argument as in its versions of that time. */
function stub(object, name, fake) {
  const stubbed = sinon.stub(object, name);
  return fake === undefined ? stubbed : stubbed.callsFake(fake);
}

/** Ends what a test has left, so that nothing of it gets into the next. */
export async function cleanUp() {
  sinon.restore();
  for (const client of clients) {
    client.removeAllListeners();
    client.on("error", () => {});
    // Some tests put something else in its place.
    Object.getPrototypeOf(client).disconnect.call(client);
  }
  for (const server of mockServers) server.disconnect();
  mockServers.clear();
  // One of ioredis that was between two attempts to connect stays so for ever.
  const hasEnded = ({ status }) => status === "end" || status === "reconnecting";
  await waitUntil(() => [...clients].every(hasEnded), "the clients of a test have ended");
  clients.clear();
  // ioredis throws what a callback has thrown by a timer.
  await sleep(2);
}

/** ioredis itself, on one server. */
export function plainClass({ port }, mockPort) {
  return class Redis extends ioredis {
    constructor(...args) {
      const { address = { host: "127.0.0.1", port }, options } = read(args, mockPort);
      super({ ...options, ...address });
      clients.add(this);
      // Else ioredis prints what nobody listens to.
      this.on("error", () => {});
    }

    duplicate(options) {
      return new this.constructor({ ...this.options, port: undefined, ...options });
    }
  };
}

/** ShardedRedis over these servers, with the constructor of ioredis: where a test names an address, over that one only. */
export function shardedClass(servers, mockPort) {
  const nodes = servers.map(({ address }, number) => `${address}:1 node-${number}`);
  return class Redis extends ShardedRedis {
    constructor(...args) {
      const { address, options } = read(args, mockPort);
      const own = Object.fromEntries(OWN_OPTIONS.filter((name) => name in options).map((name) => [name, options[name]]));
      super(address === undefined ? nodes : [address], { ...own, redisOptions: options });
      clients.add(this);
    }

    /** Tests that end the connection end those to all nodes. */
    get stream() {
      const streams = this.nodes().map(({ stream }) => stream);
      const ofAll = (name) => () => streams.forEach((stream) => stream[name]());
      return { destroy: ofAll("destroy"), end: ofAll("end") };
    }
  };
}

/** What the arguments of ioredis's constructor say: options, a port and options, or a port, a host and options. */
function read(args, mockPort) {
  const given = Object.assign({}, ...args.filter((value) => typeof value === "object"));
  const { port = args.find((value) => typeof value === "number"), ...options } = given;
  if (port === undefined) return { options };
  return { address: { host: "127.0.0.1", port: port === MOCK_PORT ? mockPort : CLOSED_PORT }, options };
}
