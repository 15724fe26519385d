// Loaded before the tests of the clients (`node --import`): has `require("ioredis")` give the major that KEYHOME_IOREDIS
// names, in the package that is tested as well as in its tests. Without the variable it gives what is installed under the
// name ioredis, which is the newest.

import Module from "node:module";

/** The names under which package.json has the majors. */
const INSTALLED = { 5: "ioredis-5", 6: "ioredis" };

const major = process.env.KEYHOME_IOREDIS ?? "6";
const installed = INSTALLED[major];
if (installed === undefined) throw new Error(`KEYHOME_IOREDIS=${major}: it is 5 or 6`);

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const isIoredis = request === "ioredis" || request.startsWith("ioredis/");
  return resolve.call(this, isIoredis ? installed + request.slice("ioredis".length) : request, ...rest);
};
