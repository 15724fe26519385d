// Builds dist/ from src/: one file of JavaScript for each way in, and the types.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { requiredTypes } from "./required-types.mjs";

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

rmSync(`${root}/dist`, { recursive: true, force: true });

// Plain values instead of getters: `keyhome.slot(key)` is called once a key.
const plain = "module.exports = { ...module.exports };";

// In Node one copy of the code serves `import` and `require`, so that there is one KeyhomeError and one Router.
const node = { ...shared, entryPoints: ["src/index.ts"], platform: "node" };
await esbuild.build({ ...node, format: "cjs", outfile: "dist/index.cjs", footer: { js: plain } });
const { metafile } = await esbuild.build({ ...node, format: "esm", outfile: "names.mjs", metafile: true, write: false });
const names = metafile.outputs["names.mjs"].exports.toSorted().join(", ");
writeFileSync(`${root}/dist/index.mjs`, `import keyhome from "./index.cjs";\n\nexport const { ${names} } = keyhome;\n`);

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

// Types twice: TypeScript takes a .d.ts for what the nearest package.json says it is.
const declarations = `${root}/build/types`;
const tsc = [`${root}/node_modules/typescript/bin/tsc`, "--project", root, "--outDir", declarations];
execFileSync(process.execPath, tsc, { stdio: "inherit" });
// What users see is made of these; the rest is the package's own.
const seen = ["answers", "browser", "cluster", "command", "common", "error", "health", "hot-keys", "index", "key", "replica-set"];
seen.push("router", "settings", "slot", "source");
mkdirSync(`${root}/dist/types`);
// Indented by tabs they take less room.
const byTabs = (text) => text.replace(/^( {4})+/gm, (spaces) => "\t".repeat(spaces.length / 4));
for (const name of seen) {
  writeFileSync(`${root}/dist/types/${name}.d.ts`, byTabs(readFileSync(`${declarations}/${name}.d.ts`, "utf8")));
}
copyFileSync(`${root}/src/module.d.ts`, `${root}/dist/types/module.d.ts`);
for (const name of ["index", "slot"]) {
  writeFileSync(`${root}/dist/types/${name}.d.cts`, requiredTypes(declarations, name));
}
