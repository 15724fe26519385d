// The clients for many servers in empty projects, over each client library that they stand on.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { Project, main, tsconfig } from "./projects.mjs";

/** Prints the policy that is made of one, and whether an error is one of the package. */
const program = `
const { scaleReads } = cluster({ readFrom: "nearest" });
let isOurs;
try {
  cluster({ readFrom: "slave" });
} catch (error) {
  isOurs = error instanceof KeyhomeError;
}
const redis = new Cluster([{ host: "127.0.0.1", port: 1 }], cluster({ readFrom: "random", lazyConnect: true }));
redis.disconnect();
console.log(typeof scaleReads, isOurs);
`;
const answer = "function true";
const imported = `import { Cluster } from "ioredis";
import { KeyhomeError } from "keyhome";
import { cluster } from "keyhome/ioredis";
${program}`;
const required = `const { Cluster } = require("ioredis");
const { KeyhomeError } = require("keyhome");
const { cluster } = require("keyhome/ioredis");
${program}`;
const typed = imported.replace("let isOurs", "let isOurs: boolean | undefined").replace('"slave"', '"slave" as "replica"');

/** The same of node-redis: a client that is made, and what it is. */
const nodeRedis = {
  program: `
const client = createShardedClient(["127.0.0.1:1:1 a", "127.0.0.1:2:1 b"], { createClient });
let isOurs;
try {
  createShardedClient("{", { createClient });
} catch (error) {
  isOurs = error instanceof KeyhomeError;
}
console.log(typeof client.get, isOurs);
`,
  imported: `import { createClient } from "@redis/client";
import { KeyhomeError } from "keyhome";
import { createShardedClient } from "keyhome/node-redis";
`,
  required: `const { createClient } = require("@redis/client");
const { KeyhomeError } = require("keyhome");
const { createShardedClient } = require("keyhome/node-redis");
`,
};

const ofIoredis = { entry: "ioredis", name: "ioredis", exported: "cluster", imported, required, typed };
const ofNodeRedis = {
  ...{ entry: "node-redis", name: "@redis/client", exported: "createShardedClient" },
  imported: nodeRedis.imported + nodeRedis.program,
  required: nodeRedis.required + nodeRedis.program,
  typed: nodeRedis.imported + nodeRedis.program.replace("let isOurs", "let isOurs: boolean | undefined"),
};

for (const [title, dependency, client] of [
  ["ioredis 5", "ioredis-5", ofIoredis],
  ["ioredis 6", "ioredis", ofIoredis],
  ["node-redis 5", "@redis/client-5", ofNodeRedis],
  ["node-redis 6", "@redis/client", ofNodeRedis],
]) {
  describe(title, () => {
    const { entry, name, exported, imported, required, typed } = client;
    const project = new Project().install("npm", [main]).link(name, dependency);
    after(() => project.remove());

    test("require", () => {
      project.write("main.cjs", required);
      assert.equal(project.run("main.cjs"), answer);
    });

    test("import", () => {
      project.write("main.mjs", imported);
      assert.equal(project.run("main.mjs"), answer);
    });

    test("both at once are one", () => {
      project.write(
        "both.mjs",
        `import { createRequire } from "node:module";
         import * as imported from "keyhome/${entry}";
         console.log(createRequire(import.meta.url)("keyhome/${entry}").${exported} === imported.${exported});`,
      );
      assert.equal(project.run("both.mjs"), "true");
    });

    test("TypeScript, moduleResolution nodenext", () => {
      project.write("nodenext/tsconfig.json", tsconfig({ module: "nodenext", outDir: "out" }));
      project.write("nodenext/esm.mts", typed);
      project.write("nodenext/cjs.cts", typed);
      project.tool("tsc", "--project", "nodenext");
      assert.equal(project.run("nodenext/out/esm.mjs"), answer);
      assert.equal(project.run("nodenext/out/cjs.cjs"), answer);
    });

    test("TypeScript, moduleResolution bundler", () => {
      project.write("bundler/tsconfig.json", tsconfig({ module: "esnext", moduleResolution: "bundler", noEmit: true }));
      project.write("bundler/main.ts", typed);
      project.tool("tsc", "--project", "bundler");
    });

    test("esbuild for Node", () => {
      project.write("main.mjs", imported);
      project.tool("esbuild", "main.mjs", "--bundle", "--platform=node", "--format=esm", "--packages=external", "--outfile=out/main.mjs");
      assert.equal(project.run("out/main.mjs"), answer);
    });
  });
}

test("who uses none of them needs no client library", () => {
  const project = new Project().install("npm", [main]);
  project.write("main.mjs", `import { slot } from "keyhome";\nconsole.log(slot("foo"));`);
  assert.equal(project.run("main.mjs"), "12182");
  assert.deepEqual(project.installed(), ["keyhome"]);
  project.remove();
});
