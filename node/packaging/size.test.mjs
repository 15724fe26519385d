// How much room the package takes that everybody installs, whatever the platform.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Project, main } from "./projects.mjs";

const project = new Project().install("npm", [main]);
after(() => project.remove());

/** Files of the clients for many servers, their types included. */
const ofClients = (name) => /^dist[/\\](types[/\\])?(ioredis|node-redis|sharded)\b/.test(name);

/** Fails where what `counts` takes of the package is above the limit. */
function weigh(what, limit, counts) {
  const size = project.size("node_modules/keyhome", counts);
  console.log(`${what}: ${size} bytes unpacked, of ${limit}`);
  assert.ok(size > 0 && size < limit, `${what}: ${size} bytes unpacked; it may have ${limit}`);
}

// What routes, with config parser, health, replicas, hot keys, what writers tell each other, and the licences.
test("the package is small without the addon", () => weigh("keyhome", 306_500, (name) => !ofClients(name)));

// Most who route keys have a client of their own, and would not want that of others to grow what they install unseen: the
// clients are weighed by themselves.
test("the clients for many servers are small", () => weigh("the clients", 88_500, ofClients));
