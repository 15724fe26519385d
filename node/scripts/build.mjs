// Builds dist/ from src/: one file of JavaScript for each way in, and the types.

import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { writeTypes } from "./types.mjs";

const root = fileURLToPath(new URL("..", import.meta.url)).slice(0, -1);
const { version } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));

const shared = {
  absWorkingDir: root,
  bundle: true,
  legalComments: "none",
  target: "es2022",
  minify: true,
  define: { KEYHOME_VERSION: JSON.stringify(version) },
  logLevel: "warning",
};

/**
 * What the clients import of the package is the package, not a second copy of it: another KeyhomeError, another engine.
 * What neither is an error nor holds anything can be in both.
 */
const onThePackage = {
  name: "on the package",
  setup(build) {
    build.onResolve({ filter: /^\.\.?\// }, ({ path, importer, resolveDir, kind }) => {
      if (kind === "entry-point" || resolveDir === root) return undefined;
      const source = relative(`${root}/src`, join(resolveDir, path)).replace(/\.js$/, "");
      if (source === "index" || source === "error") return { path: "./index.cjs", external: true };
      const isShared = (file) => file.startsWith("sharded/");
      if (isShared(source) && !isShared(relative(`${root}/src`, importer))) return { path: "./sharded.cjs", external: true };
      if (source === "arguments" || /^(sharded|ioredis|node-redis)\//.test(source)) return undefined;
      return { errors: [{ text: `${importer} takes ${path} into the client; src/index.ts exports what it needs` }] };
    });
  },
};

rmSync(`${root}/dist`, { recursive: true, force: true });

// In Node one copy of the code serves `import` and `require`, so that there is one KeyhomeError and one Router. `require`
// gives an object of plain values: `keyhome.slot(key)` is called once a key, and getters would take code of their own.
async function buildForNode(source, name, options = {}) {
  const node = { ...shared, platform: "node", ...options };
  const entry = { ...node, entryPoints: [source], format: "esm", outfile: "names.mjs" };
  const { metafile } = await esbuild.build({ ...entry, metafile: true, write: false });
  const names = metafile.outputs["names.mjs"].exports.toSorted().join(", ");
  const contents = `import { ${names} } from "./${source}";\nmodule.exports = { ${names} };\n`;
  await esbuild.build({
    ...node,
    stdin: { contents, resolveDir: root, sourcefile: "entry.js" },
    format: "cjs",
    outfile: `dist/${name}.cjs`,
    banner: { js: '"use strict";' },
    logOverride: { "commonjs-variable-in-esm": "silent" },
  });
  const text = `import keyhome from "./${name}.cjs";\n\nexport const { ${names} } = keyhome;\n`;
  writeFileSync(`${root}/dist/${name}.mjs`, text);
}
await buildForNode("src/index.ts", "index");

// The clients stand on the package itself, on what they share, and on the client library that their user has installed.
const clients = { external: ["ioredis"], plugins: [onThePackage] };
for (const name of ["sharded", "ioredis", "node-redis"]) await buildForNode(`src/${name}/index.ts`, name, clients);
// No entry of the package.
rmSync(`${root}/dist/sharded.mjs`);

// What browsers download is as short as it can be. The module is a file of its own: they compile it while it comes in.
const web = { ...shared, platform: "browser", format: "esm" };
await esbuild.build({ ...web, entryPoints: ["src/browser.ts"], outfile: "dist/browser.mjs" });
copyFileSync(`${root}/build/wasm/keyhome.wasm`, `${root}/dist/keyhome.wasm`);

// `keyhome/slot` carries its little module within; in Node it is a part of the whole, with whichever engine runs.
await esbuild.build({
  ...web,
  entryPoints: ["src/slot.ts"],
  outfile: "dist/slot.mjs",
  loader: { ".wasm": "base64" },
});
const alone = "KeyhomeError, slot";
writeFileSync(`${root}/dist/slot-node.mjs`, `export { ${alone} } from "./index.mjs";\n`);
writeFileSync(`${root}/dist/slot-node.cjs`, `const { ${alone} } = require("./index.cjs");\nmodule.exports = { ${alone} };\n`);

const declarations = `${root}/build/types`;
rmSync(declarations, { recursive: true, force: true });
const tsc = [`${root}/node_modules/typescript/bin/tsc`, "--project", root, "--outDir", declarations];
execFileSync(process.execPath, tsc, { stdio: "inherit" });
writeTypes(declarations, `${root}/dist/types`);
copyFileSync(`${root}/src/module.d.ts`, `${root}/dist/types/module.d.ts`);
