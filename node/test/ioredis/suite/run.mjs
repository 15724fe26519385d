// Runs ioredis's own tests against ShardedRedis over three servers.
//
// They are those of ioredis 1.15.1, the last whose package has them. `left-out.mjs` says which of them make no sense over
// several servers, or fail with the ioredis of today too, and why: those must fail, all others must pass. What is left out
// for another reason than ioredis itself must pass with ioredis itself.
//
//     node --import ./test/which-ioredis.mjs test/ioredis/suite/run.mjs [PART OF A TITLE]

import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { RedisServer, Scratch } from "../../servers/index.mjs";
import { lease } from "../../servers/ports.mjs";
import { cleanUp, define, plainClass, shardedClass } from "./globals.mjs";
import { FAILS_WITH_IOREDIS, FILES_LEFT_OUT, NOT_RUN, reasonOf, titlesLeftOut } from "./left-out.mjs";
import { collect } from "./mocha.mjs";

const require = createRequire(import.meta.url);
const { version } = require("ioredis/package.json");
const major = version.split(".")[0];

/** Milliseconds: for a test that must pass, and for one that must fail and may do so by never ending. */
const LIMIT = 20_000;
const LIMIT_LEFT_OUT = 300;

/** The files of tests, without those that are left out. */
function files() {
  const folder = join(dirname(require.resolve("ioredis-1-tests/package.json")), "test");
  const all = ["functional", "unit"].flatMap((part) => readdirSync(join(folder, part)).map((file) => `${part}/${file}`));
  const leftOut = Object.values(FILES_LEFT_OUT).flat().map((name) => `${name}.js`);
  const unknown = leftOut.filter((file) => !all.includes(file));
  if (unknown.length > 0) throw new Error(`these files are left out, and are not there: ${unknown.join(", ")}`);
  return all.filter((file) => !leftOut.includes(file)).map((file) => join(folder, file));
}

/** The tests, without those that are not run. */
function tests() {
  const all = collect(() => files().forEach((file) => require(file)));
  const notRun = Object.values(NOT_RUN).flat();
  const titles = all.map(({ title }) => title);
  const unknown = [...notRun, ...titlesLeftOut(major)].filter((title) => !titles.includes(title));
  if (unknown.length > 0) throw new Error(`these tests are left out, and are not there:\n  ${unknown.join("\n  ")}`);
  return all.filter(({ title }) => !notRun.includes(title));
}

/** Runs tests one after the other; gives how many did what they must, and prints what others did. */
async function run(given, mustFail, servers) {
  const count = { passed: 0, failed: 0, wrong: 0 };
  for (const test of given) {
    const isLeftOut = mustFail(test.title);
    const error = await test.run(isLeftOut ? LIMIT_LEFT_OUT : LIMIT);
    if ((error !== undefined) !== isLeftOut) {
      count.wrong++;
      console.log(`✖ ${test.title}\n  ${error === undefined ? "it passes, and is left out" : error.stack}`);
    } else if (error === undefined) count.passed++;
    else count.failed++;
    await cleanUp();
    await Promise.all(servers.flatMap((server) => [server.ask("FLUSHALL"), server.ask("SCRIPT", "FLUSH")]));
  }
  return count;
}

async function main(part) {
  const scratch = new Scratch();
  const servers = await RedisServer.startMany(3, scratch);
  const mockPort = await lease();
  const wanted = tests().filter(({ title }) => title.includes(part));
  const reason = ({ title }) => reasonOf(title, major);

  define(plainClass(servers[0], mockPort), mockPort);
  const leftOut = wanted.filter((test) => reason(test) !== undefined);
  const plain = await run(leftOut, (title) => reasonOf(title, major) === FAILS_WITH_IOREDIS, servers);
  if (plain.wrong > 0) console.log(`with ioredis ${version} itself, ${plain.wrong} tests do not do what left-out.mjs says`);

  define(shardedClass(servers, mockPort), mockPort);
  const { passed, failed, wrong } = await run(wanted, (title) => reasonOf(title, major) !== undefined, servers);
  console.log(`ioredis ${version}, its own tests: ${passed} passed, ${failed} left out, ${wrong} failed`);
  for (const why of new Set(leftOut.map(reason))) {
    console.log(`  ${leftOut.filter((test) => reason(test) === why).length}: ${why}`);
  }
  for (const [why, titles] of Object.entries(NOT_RUN)) console.log(`  ${titles.length} not run: ${why}`);
  await scratch.end();
  return plain.wrong + wrong > 0 ? 1 : 0;
}

// A test may have left something that would keep it running.
main(process.argv[2] ?? "").then(
  (code) => process.exit(code),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
