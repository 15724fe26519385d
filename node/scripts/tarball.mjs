// One npm package as a tarball.

import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the package. */
export const root = fileURLToPath(new URL("..", import.meta.url)).slice(0, -1);

/** What it says of itself. */
export const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const LICENCES = ["LICENSE-APACHE", "LICENSE-MIT"];

/** Packs a package with this manifest and these files, by name, into a folder. */
export function tarball(out, manifest, files) {
  const folder = join(root, "build/pack", manifest.name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  mkdirSync(out, { recursive: true });
  for (const [name, source] of Object.entries(files)) cpSync(source, join(folder, name), { recursive: true });
  for (const name of LICENCES) copyFileSync(join(root, "..", name), join(folder, name));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest)}\n`);
  const words = ["pack", "--json", "--ignore-scripts", "--pack-destination", out];
  // On Windows npm is a script, which only a shell finds.
  const options = { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], shell: process.platform === "win32" };
  const [packed] = Object.values(JSON.parse(execFileSync("npm", words, options)));
  console.log(`${packed.filename}: ${packed.size} bytes, ${packed.unpackedSize} unpacked`);
}
