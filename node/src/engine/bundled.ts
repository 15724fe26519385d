// What Node's modules have, also where this code is bundled: in a bundle for `import` there is no `require`.

type Builtins = {
  "node:fs": typeof import("node:fs");
  "node:module": typeof import("node:module");
  "node:path": typeof import("node:path");
};

/** A module of Node's own. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] {
  // Before Node 20.16 there is only `require`.
  return (process.getBuiltinModule?.(name) ?? require(name)) as Builtins[Name];
}

/** The file that Node was told to run. */
export function program(): string {
  return process.argv[1] ?? process.execPath;
}
