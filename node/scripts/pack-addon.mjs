// Packs the native addon of a platform, a package of its own that npm installs only where it fits:
// `node scripts/pack-addon.mjs FOLDER [NAME]`. The name is that of this machine if it is not given.

import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PLATFORMS, here } from "./platforms.mjs";
import { manifest, root, tarball } from "./tarball.mjs";

const [out, wanted] = process.argv.slice(2);
const platform = wanted === undefined ? here() : PLATFORMS.find(({ name }) => name === wanted);
if (platform === undefined) throw new Error(`no platform is called ${wanted}`);

const { version, license, repository, homepage, engines } = manifest;
const { name, ...fits } = platform;
const description = `The native engine of keyhome for ${name.replace("keyhome-", "")}. Installed by the package keyhome.`;
const readme = join(root, "build/README.md");
writeFileSync(readme, `# ${name}\n\n${description}\n`);
tarball(
  resolve(out),
  {
    ...{ name, version, description, license, repository, homepage, ...fits, engines },
    main: "keyhome.node",
    files: ["keyhome.node", "LICENSE-*", "THIRD-PARTY.txt"],
  },
  {
    "keyhome.node": join(root, "build/keyhome.node"),
    "README.md": readme,
    "THIRD-PARTY.txt": join(root, "../bindings/node/THIRD-PARTY.txt"),
  },
);
