// Empty projects, as strangers have them, and what is run in them.

import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../../dist", import.meta.url));

/** The tarball of the package, and that of the addon for this platform. */
export const [addon, main] = (() => {
  const files = readdirSync(dist).filter((name) => name.endsWith(".tgz")).toSorted();
  const both = [files.find((name) => /^keyhome-[a-z]/.test(name)), files.find((name) => /^keyhome-\d/.test(name))];
  if (files.length !== 2 || both.includes(undefined)) throw new Error(`dist/ holds ${files.join(", ") || "no tarballs"}`);
  return both.map((name) => join(dist, name));
})();

/** A program among the development dependencies. */
const tool = (name) => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));

/** The package managers. `--offline`: all that is installed is in the tarballs. */
const MANAGERS = {
  npm: ["npm", "install", "--offline", "--no-audit", "--no-fund"],
  pnpm: [tool("pnpm"), "add", "--offline"],
};

export class Project {
  /** An empty project, outside the checkout so that nothing is found by chance. */
  constructor(manifest = {}) {
    this.folder = mkdtempSync(join(tmpdir(), "keyhome-project-"));
    this.write("package.json", JSON.stringify({ private: true, ...manifest }));
  }

  install(manager, tarballs) {
    const [program, ...words] = MANAGERS[manager];
    if (manager === "pnpm") words.push("--store-dir", join(this.folder, "store"));
    execFileSync(program, [...words, ...tarballs], { cwd: this.folder, stdio: ["ignore", "ignore", "pipe"] });
    return this;
  }

  write(name, text) {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return this;
  }

  read(name) {
    return readFileSync(join(this.folder, name), "utf8");
  }

  copy(name, from, original) {
    copyFileSync(join(from.folder, original), join(this.folder, name));
  }

  /** Installs a development dependency of this checkout under a name: no registry is needed. */
  link(name, dependency) {
    const path = join(this.folder, "node_modules", name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(fileURLToPath(new URL(`../node_modules/${dependency}`, import.meta.url)), path, "junction");
    return this;
  }

  /** The names of the packages that are installed. */
  installed() {
    return readdirSync(join(this.folder, "node_modules")).filter((name) => !name.startsWith("."));
  }

  /** How many bytes the files of a folder have; those whose names, from the folder on, `counts` takes. */
  size(folder, counts) {
    const names = readdirSync(join(this.folder, folder), { recursive: true }).filter(counts);
    const files = names.map((name) => statSync(join(this.folder, folder, name)));
    return files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
  }

  /** What a program in the project prints, in one line; or its standard error. */
  run(file, engine) {
    const { KEYHOME_ENGINE, NODE_PATH, ...env } = process.env;
    if (engine !== undefined) env.KEYHOME_ENGINE = engine;
    const done = spawnSync(process.execPath, [file], { cwd: this.folder, env, encoding: "utf8" });
    return done.status === 0 ? done.stdout.trim() : `failed: ${done.stderr}`;
  }

  /** Runs a development tool of this checkout in the project. */
  tool(name, ...words) {
    const done = spawnSync(tool(name), words, { cwd: this.folder, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`${name} ${words.join(" ")}\n${done.stdout}${done.stderr}`);
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The text of a tsconfig.json of a stranger. */
export function tsconfig(options) {
  return JSON.stringify({
    compilerOptions: { target: "es2022", lib: ["es2022", "dom"], types: [], strict: true, skipLibCheck: false, ...options },
  });
}
