// Builds dist/explorer.html: one file, which works from a disk as well as from a web server.

import { renameSync } from "node:fs";
import { defineConfig } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

const named = {
  name: "explorer.html",
  apply: "build",
  enforce: "post",
  closeBundle: () => renameSync("dist/index.html", "dist/explorer.html"),
};

export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    // Everything lies in the page, the WebAssembly module too.
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    chunkSizeWarningLimit: 2000,
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: { output: { format: "iife" }, transform: { define: { "import.meta.url": '"data:,"' } } },
  },
  plugins: [viteSingleFile(), named],
});
