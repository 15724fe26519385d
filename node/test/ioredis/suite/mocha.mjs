// The few words of mocha in which ioredis's tests are written: `describe`, `it` and `before`, one test after the other.
//
// mocha itself has no test that must fail, and takes an error that a test leaves behind for one of the next test.

import { clearTimeout, setImmediate, setTimeout } from "node:timers";

/** A test, and what is to be done before it unless it has been. */
class Test {
  constructor(title, body, befores) {
    /** With the titles of what it is in: `pub/sub > should ...`. */
    this.title = title;
    this.body = body;
    this.befores = befores;
  }

  /**
   * Runs it.
   *
   * @param limit - milliseconds
   * @returns why it failed; undefined if it did not
   */
  async run(limit) {
    for (const before of this.befores) before();
    return outcome(this.body, limit);
  }
}

/** Loads files of tests; gives their tests. */
export function collect(load) {
  const tests = [];
  const titles = [];
  const befores = [[]];
  Object.assign(globalThis, {
    describe(title, body) {
      titles.push(title);
      befores.push([]);
      body();
      titles.pop();
      befores.pop();
    },
    it(title, body) {
      tests.push(new Test([...titles, title].join(" > "), body, befores.at(-1)));
    },
    before(body) {
      befores.at(-1).push(body);
    },
  });
  load();
  return tests;
}

/**
 * Told of what is thrown in a callback. That is an error of the test that runs: no other does. Between tests it is nobody's: what
 * a test has left waiting fails when its clients are closed, and the callback may not expect that.
 */
let thrown = () => {};
process.on("uncaughtException", (error) => thrown(error));

/** What a test comes to. */
function outcome(body, limit) {
  return new Promise((resolve) => {
    let error;
    let isOver = false;
    const end = (reason) => {
      error ??= reason ?? undefined;
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      // What is thrown right after `done()` counts, too.
      setImmediate(() => {
        thrown = () => {};
        resolve(error);
      });
    };
    const timer = setTimeout(() => end(new Error(`it is not done after ${limit} ms`)), limit);
    thrown = end;
    try {
      if (body.length > 0) body(end);
      else Promise.resolve(body()).then(() => end(), end);
    } catch (error) {
      end(error);
    }
  });
}
