// Packs what is released: `node scripts/pack.mjs FOLDER` leaves two tarballs there, the package itself and the native
// addon of this platform, a package of its own that npm installs only where it fits.

import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PLATFORMS, here } from "./platforms.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const licences = ["LICENSE-APACHE", "LICENSE-MIT"].map((name) => join(root, "..", name));
const out = resolve(process.argv[2] ?? join(root, "../dist"));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { version, license, repository, homepage, engines } = manifest;

/** Packs a package of these files, by name, and this manifest. */
function pack(manifest, files) {
  const folder = join(root, "build/pack", manifest.name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, source] of Object.entries(files)) cpSync(source, join(folder, name), { recursive: true });
  for (const licence of licences) copyFileSync(licence, join(folder, licence.slice(licence.lastIndexOf("/") + 1)));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  const done = execFileSync("npm", ["pack", "--json", "--pack-destination", out], { cwd: folder, encoding: "utf8" });
  const packed = Object.values(JSON.parse(done))[0];
  console.log(`${packed.filename}: ${packed.size} bytes, ${packed.unpackedSize} unpacked`);
}

mkdirSync(out, { recursive: true });
for (const file of readdirSync(out)) {
  if (/^keyhome-.*\.tgz$/.test(file)) rmSync(join(out, file));
}

// What is for work on the package is left out; the addons of all platforms are added, of this very version.
const { devDependencies, scripts, ...published } = manifest;
published.optionalDependencies = Object.fromEntries(PLATFORMS.map(({ name }) => [name, version]));
pack(published, { dist: join(root, "dist"), "README.md": join(root, "README.md") });

const { name, ...fits } = here();
const description = `The native engine of keyhome for ${name.replace("keyhome-", "")}. Installed by the package keyhome.`;
writeFileSync(join(root, "build/README.md"), `# ${name}\n\n${description}\n`);
pack(
  { name, version, description, license, repository, homepage, ...fits, main: "keyhome.node", files: ["keyhome.node", "LICENSE-*"], engines },
  { "keyhome.node": join(root, "build/keyhome.node"), "README.md": join(root, "build/README.md") },
);
