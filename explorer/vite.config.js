// Builds dist/explorer.html: one file, which works from a disk as well as from a web server.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { defineConfig } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

/** Whoever passes the page on passes on what is bundled in it: their licences ask that the notices go with it. */
const oneFile = {
  name: "explorer.html",
  apply: "build",
  enforce: "post",
  closeBundle() {
    // The bundler knows of JavaScript; what is compiled into the WebAssembly module, the npm package says, and names our licences.
    const texts = ["dist/licences.md", "../node/THIRD-PARTY.txt", "../LICENSE-MIT", "../LICENSE-APACHE"];
    const notices = texts.map((file) => readFileSync(file, "utf8")).join("\n");
    if (/<\/script|<!--/i.test(notices)) throw new Error("a licence would end the part of the page that it is in");
    const place = '<script type="text/plain" id="licences">';
    const [before, after, ...more] = readFileSync("dist/index.html", "utf8").split(place);
    if (after === undefined || more.length > 0) throw new Error("index.html has no place for licences");
    writeFileSync("dist/explorer.html", `${before}${place}${notices}${after}`);
    for (const part of ["index.html", "licences.md"]) rmSync(`dist/${part}`);
  },
};

export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    // Everything lies in the page, the WebAssembly module too.
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    chunkSizeWarningLimit: 2000,
    license: { fileName: "licences.md" },
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: { output: { format: "iife" }, transform: { define: { "import.meta.url": '"data:,"' } } },
  },
  plugins: [viteSingleFile(), oneFile],
});
