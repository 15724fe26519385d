// Every command over three servers, beside plain ioredis on one: the same replies, errors and forms of reply.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { RedisServer, Scratch } from "../servers/index.mjs";
import { COMMANDS, NOT_ASKED } from "./command-list.mjs";
import { flush, plain, sharded } from "./support.mjs";

const scratch = new Scratch();
let servers;
let single;
before(async () => {
  [single, ...servers] = await RedisServer.startMany(4, scratch);
});
beforeEach(() => flush([single, ...servers]));
after(() => scratch.end());

/** What is wrong with a command's words is found before it is sent, where its keys cannot be told; servers say it so. */
const REFUSED = {
  "command.arguments": /^ERR (wrong number of arguments|value is not)/,
  "command.unknown": /^ERR unknown (sub)?command/,
};

/** The text of an error: that of the server. Where a script failed is not the same on any two servers. */
function told(mine, other) {
  const text = (error) => error?.message.replace(/script: [^,]+, /, "");
  return REFUSED[mine?.code]?.test(other?.message) ? text(other) : text(mine);
}

/** What a command gives: its reply or its error. */
async function outcome(promise) {
  try {
    return [null, await promise];
  } catch (error) {
    return [error, undefined];
  }
}

/** Replies of which only the form can be compared. */
const SHAPES = {
  "same type": (reply) => typeof reply,
  "same set": (reply) => JSON.stringify(reply.flat(2).map(String).toSorted()),
  "near": (reply) => Math.round(Number(reply) / 5000),
};

/** Says where what many servers give differs from what one gives. */
function assertSame([name, args, shape], mine, other) {
  const about = `${name} ${args.join(" ")}`;
  assert.equal(told(mine[0], other[0]), told(other[0]), about);
  const form = shape === undefined || other[0] ? (reply) => reply : SHAPES[shape];
  assert.deepEqual(form(mine[1]), form(other[1]), about);
}

async function compare(ours, theirs, call) {
  for (const command of COMMANDS) {
    const [name, args] = command;
    const [mine, other] = [await outcome(call(ours, name, args)), await outcome(call(theirs, name, args))];
    assertSame(command, mine, other);
  }
}

describe("each command gives what one server gives", () => {
  test("as a method", async (t) => {
    await compare(sharded(t, servers), plain(t, single), (client, name, args) => client[name](...args));
  });

  test("as a method that gives Buffers", async (t) => {
    await compare(sharded(t, servers), plain(t, single), (client, name, args) => client[`${name}Buffer`](...args));
  });

  test("with a callback", async (t) => {
    const call = (client, name, args) =>
      new Promise((resolve, reject) => {
        client[name](...args, (error, reply) => (error ? reject(error) : resolve(reply)));
      });
    await compare(sharded(t, servers), plain(t, single), call);
  });

  test("by `call`", async (t) => {
    await compare(sharded(t, servers), plain(t, single), (client, name, args) => client.call(name, ...args));
  });

  test("with arguments as Buffers and as one array", async (t) => {
    const asBytes = (word) => (typeof word === "string" ? Buffer.from(word) : word);
    await compare(sharded(t, servers), plain(t, single), (client, name, args) => client[name](args.map(asBytes)));
  });

  test("with a keyPrefix", async (t) => {
    const [ours, theirs] = [sharded(t, servers, { keyPrefix: "app:" }), plain(t, single, { keyPrefix: "app:" })];
    await compare(ours, theirs, (client, name, args) => client[name](...args));
    // What is left has the same names.
    const left = (await Promise.all(servers.map((server) => plain(t, server).keys("*")))).flat();
    assert.deepEqual(left.toSorted(), (await plain(t, single).keys("*")).toSorted());
    assert.ok(left.length > 20, `${left.length} keys`);
    for (const key of left) assert.ok(key.startsWith("app:"), key);
  });

  test("in one pipeline", async (t) => {
    const run = async (client) => {
      const pipeline = client.pipeline();
      for (const [name, args] of COMMANDS) pipeline[name](...args);
      return pipeline.exec();
    };
    const [ours, theirs] = await Promise.all([run(sharded(t, servers)), run(plain(t, single))]);
    assert.equal(ours.length, COMMANDS.length);
    COMMANDS.forEach((command, at) => assertSame(command, ours[at], theirs[at]));
  });

  test("with autopipelining, all at once", async (t) => {
    // One after the other on each key, but nothing waits for anything else.
    const run = (client) => Promise.all(COMMANDS.map(([name, args]) => outcome(client[name](...args))));
    const options = { enableAutoPipelining: true };
    const [ours, theirs] = await Promise.all([run(sharded(t, servers, options)), run(plain(t, single, options))]);
    COMMANDS.forEach((command, at) => assertSame(command, ours[at], theirs[at]));
  });
});

test("the list asks every command that redis-server has, or says why not", async (t) => {
  const asked = new Set(COMMANDS.map(([name]) => name));
  const redis = plain(t, single);
  const known = (await redis.command("LIST")).filter((name) => redis.getBuiltinCommands().includes(name));
  const missing = known.filter((name) => !asked.has(name) && NOT_ASKED[name] === undefined);
  assert.deepEqual(missing.toSorted(), []);
  for (const name of Object.keys(NOT_ASKED)) assert.ok(!asked.has(name), `${name} is asked`);
});
