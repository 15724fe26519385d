// Packs the package itself: `node scripts/pack.mjs FOLDER`.

import { join, resolve } from "node:path";
import { PLATFORMS } from "./platforms.mjs";
import { manifest, root, tarball } from "./tarball.mjs";

// What is for work on the package is left out; the addons of all platforms are added, of this very version.
const { devDependencies, scripts, ...published } = manifest;
published.optionalDependencies = Object.fromEntries(PLATFORMS.map(({ name }) => [name, manifest.version]));
const files = ["dist", "README.md", "THIRD-PARTY.txt"];
tarball(resolve(process.argv[2]), published, Object.fromEntries(files.map((name) => [name, join(root, name)])));
