// What users read, and the fenced blocks in it. tests/tests/documents/ sees that each of them is run by some test.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

const READMES = ["README.md", "node/README.md", "python/README.md", "examples/README.md"];

/** The documents that have blocks in a language, each with those blocks, in order. */
export function documentsWith(language) {
  const pages = readdirSync(`${ROOT}docs`).filter((name) => name.endsWith(".md")).sort();
  const paths = [...READMES.filter((path) => existsSync(ROOT + path)), ...pages.map((name) => `docs/${name}`)];
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms");
  const read = (path) => [...readFileSync(ROOT + path, "utf8").matchAll(fence)].map(([, code]) => code);
  return paths.map((path) => ({ path, blocks: read(path) })).filter(({ blocks }) => blocks.length > 0);
}

/** The config that the examples read. */
export const CONFIG = `${ROOT}tests/command/nutcracker.yml`;
