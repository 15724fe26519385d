// What users install is tested, not what was built: the tarballs of dist/ in empty projects, without a registry.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { Project, addon, main, tsconfig } from "./projects.mjs";

const config = JSON.stringify("pool:\n  servers:\n   - 10.0.0.1:6379:1\n   - 10.0.0.2:6379:1\n   - 10.0.0.3:6379:1\n");

/** Prints the engine, the slot of "foo", a home, and the code of an error. */
const program = `
const router = Router.fromConfig(${config});
let code;
try {
  router.index("\\ud800");
} catch (error) {
  code = error instanceof KeyhomeError ? error.code : String(error);
}
console.log(engine, slot("foo"), router.index("foo"), router.index(Buffer.from("foo")), code);
`;
const names = "{ KeyhomeError, Router, engine, init, slot }";
const imported = `import ${names} from "keyhome";\nawait init();\n${program}`;
const required = `const ${names} = require("keyhome");\n${program}`;

const answer = (engine) => `${engine} 12182 1 1 key.encoding`;

for (const manager of ["npm", "pnpm"]) {
  for (const withAddon of [true, false]) {
    const engine = withAddon ? "native" : "wasm";

    describe(`${manager}, ${withAddon ? "with" : "without"} the addon`, () => {
      const project = new Project().install(manager, withAddon ? [main, addon] : [main]);
      after(() => project.remove());

      test("require", () => {
        project.write("main.cjs", required);
        assert.equal(project.run("main.cjs"), answer(engine));
      });

      test("import", () => {
        project.write("main.mjs", imported);
        assert.equal(project.run("main.mjs"), answer(engine));
      });

      test("both at once are one package", () => {
        project.write(
          "both.mjs",
          `import { createRequire } from "node:module";
           import * as imported from "keyhome";
           const required = createRequire(import.meta.url)("keyhome");
           console.log(required.Router === imported.Router, required.KeyhomeError === imported.KeyhomeError);`,
        );
        assert.equal(project.run("both.mjs"), "true true");
      });

      test("the licences of what is compiled in", () => {
        const notices = project.read("node_modules/keyhome/THIRD-PARTY.txt");
        assert.match(notices, /WebAssembly[^]*wasm-bindgen[^]*talc/);
        if (manager === "npm" && withAddon) {
          const [folder] = project.installed().filter((name) => name.startsWith("keyhome-"));
          assert.match(project.read(`node_modules/${folder}/THIRD-PARTY.txt`), /addon[^]*napi-sys/);
        }
      });

      test("an engine by force", () => {
        assert.equal(project.run("main.cjs", "wasm"), answer("wasm"));
        const native = project.run("main.mjs", "native");
        if (withAddon) assert.equal(native, answer("native"));
        else assert.match(native, /engine\.unavailable/);
        assert.match(project.run("main.mjs", "other"), /engine\.unavailable/);
      });

      test("TypeScript, moduleResolution node16", () => {
        project.write("node16/tsconfig.json", tsconfig({ module: "node16", outDir: "out" }));
        project.write("node16/esm.mts", typed);
        project.write("node16/cjs.cts", typed.replace("await init();", ""));
        project.tool("tsc", "--project", "node16");
        assert.equal(project.run("node16/out/esm.mjs"), answer(engine));
        assert.equal(project.run("node16/out/cjs.cjs"), answer(engine));
      });

      test("TypeScript, moduleResolution bundler", () => {
        project.write("bundler/tsconfig.json", tsconfig({ module: "esnext", moduleResolution: "bundler", noEmit: true }));
        project.write("bundler/main.ts", `import module from "keyhome/keyhome.wasm";\n${typed.replace("init()", "init(module)")}`);
        project.tool("tsc", "--project", "bundler");
      });

      test("esbuild for Node", () => {
        const bundle = (format, file, ...more) => {
          const words = ["--bundle", "--platform=node", `--format=${format}`, `--outfile=${file}`, ...more];
          project.tool("esbuild", "main.mjs", ...words);
        };
        project.write("main.mjs", imported);
        bundle("esm", "out/external.mjs", "--packages=external");
        assert.equal(project.run("out/external.mjs"), answer(engine));
        bundle("esm", "out/bundled.mjs");
        assert.equal(project.run("out/bundled.mjs"), answer(engine));
        project.write("main.mjs", imported.replace("await init();", ""));
        bundle("cjs", "out/bundled.cjs");
        assert.equal(project.run("out/bundled.cjs"), answer(engine));
        const elsewhere = new Project();
        elsewhere.copy("main.cjs", project, "out/bundled.cjs");
        assert.match(elsewhere.run("main.cjs"), /engine\.unavailable/);
        elsewhere.copy("keyhome.wasm", project, "node_modules/keyhome/dist/keyhome.wasm");
        assert.equal(elsewhere.run("main.cjs"), answer("wasm"));
        elsewhere.remove();
      });

      test("Vite for servers", () => {
        project.write("main.mjs", imported);
        const build = (outDir, noExternal) => {
          const options = { build: { ssr: "main.mjs", outDir }, ssr: { noExternal }, logLevel: "warn" };
          project.write("vite.config.mjs", `export default ${JSON.stringify(options)};`);
          project.tool("vite", "build");
          return project.run(`${outDir}/main.mjs`);
        };
        assert.equal(build("out/vite-external", []), answer(engine));
        assert.equal(build("out/vite-bundled", true), answer(engine));
      });
    });
  }
}

const typed = `import { type ErrorCode, KeyhomeError, type Node, Router, engine, init, slot } from "keyhome";
await init();
const router: Router = Router.fromConfig(${config});
const nodes: readonly Node[] = router.nodes;
let code: ErrorCode | undefined;
try {
  router.index("\\ud800");
} catch (error) {
  if (error instanceof KeyhomeError) code = error.code;
}
console.log(engine, slot("foo"), router.index("foo"), nodes.indexOf(router.node("foo")), code);
`;
