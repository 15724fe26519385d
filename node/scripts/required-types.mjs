// The types of the package for `require`: TypeScript takes a .d.ts for a module that can be imported only, unless it is
// told otherwise. They name what the types for `import` declare, and so take no room of their own.

import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** The names that a declaration file exports: values, and types. Classes are both. */
function exported(folder, file) {
  const text = readFileSync(`${folder}/${file}`, "utf8");
  const [values, types] = [new Set(), new Set()];
  for (const [, name] of text.matchAll(/^export (?:interface|type) (\w+)/gm)) types.add(name);
  for (const [, name] of text.matchAll(/^export declare (?:const|function|class) (\w+)/gm)) values.add(name);
  for (const [, only, names] of text.matchAll(/^export (type )?\{([^}]*)\}/gm)) {
    for (const item of names.split(",").map((item) => item.trim()).filter(Boolean)) {
      if (only !== undefined || item.startsWith("type ")) types.add(item.replace(/^type /, ""));
      else values.add(item);
    }
  }
  for (const [, from] of text.matchAll(/^export type \* from "\.\/(.*)\.js"/gm)) {
    for (const name of exported(folder, join(dirname(file), `${from}.d.ts`)).types) types.add(name);
  }
  for (const [, from] of text.matchAll(/^export \* from "\.\/(.*)\.js"/gm)) {
    const more = exported(folder, join(dirname(file), `${from}.d.ts`));
    for (const name of more.values) values.add(name);
    for (const name of more.types) types.add(name);
  }
  return { values, types };
}

/** The text of the .d.cts that lies beside `name`.d.ts. */
export function requiredTypes(folder, name) {
  const { values, types } = exported(folder, `${name}.d.ts`);
  const classes = [...values].filter((value) => /^[A-Z]/.test(value));
  const lines = [...types, ...classes].map((type) => `  export type ${type} = types.${type};\n`);
  return `import type * as types from "./${basename(name)}.js" with { "resolution-mode": "import" };
declare const keyhome: typeof types;
declare namespace keyhome {
${lines.join("")}}
export = keyhome;
`;
}
