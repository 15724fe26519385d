// The package in an application's bundle, made by esbuild and by Vite from an empty project that has it installed.

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { build as vite } from "vite";

const PACKAGE = new URL("../../", import.meta.url).pathname;
const PAGES = new URL("pages/", import.meta.url).pathname;

/** What asks the package in a door, and in the pages too. */
export const ADAPTER = new URL("../../../tests/doors/adapter.mjs", import.meta.url).pathname;

/** An empty project, with the package and the pages in it. */
export function project(folder) {
  cpSync(PAGES, folder, { recursive: true });
  cpSync(ADAPTER, join(folder, "adapter.mjs"));
  for (const part of ["package.json", "dist"]) {
    cpSync(join(PACKAGE, part), join(folder, "node_modules/keyhome", part), { recursive: true });
  }
  writeFileSync(join(folder, "package.json"), `{ "private": true, "type": "module" }\n`);
  return folder;
}

export async function withEsbuild(folder, script, out, format = "esm") {
  await esbuild.build({
    absWorkingDir: folder,
    entryPoints: [script],
    bundle: true,
    minify: true,
    format,
    target: "es2022",
    loader: { ".wasm": "file" },
    outfile: join(out, "page.js"),
    logLevel: "error",
  });
}

export async function withVite(folder, script, out) {
  mkdirSync(out, { recursive: true });
  await vite({
    root: folder,
    configFile: false,
    logLevel: "error",
    base: "./",
    build: {
      outDir: out,
      emptyOutDir: true,
      target: "es2022",
      rollupOptions: { input: join(folder, script), output: { entryFileNames: "page.js" } },
    },
  });
}
