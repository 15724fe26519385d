// The types of the package for `require`: TypeScript takes a .d.ts for a module that can be imported only, unless it is
// told otherwise. They name what the types for `import` declare, and so take no room of their own.

import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** The names that a declaration file exports: values, and types with their parameters. Classes are both. */
function exported(folder, file) {
  const text = readFileSync(`${folder}/${file}`, "utf8");
  const [values, types] = [new Set(), new Map()];
  const of = (from) => exported(folder, join(dirname(file), `${from}.d.ts`));
  for (const [, name, parameters] of text.matchAll(/^export (?:interface|type) (\w+)(<[^>]*>)?/gm)) types.set(name, parameters);
  for (const [, name] of text.matchAll(/^export declare (?:const|function|class) (\w+)/gm)) values.add(name);
  for (const [, only, names, from] of text.matchAll(/^export (type )?\{([^}]*)\} from "(\.[^"]*)\.js"/gm)) {
    const there = of(from);
    for (const item of names.split(",").map((item) => item.trim()).filter(Boolean)) {
      const name = item.replace(/^type /, "");
      if (only !== undefined || name !== item) types.set(name, there.types.get(name));
      else values.add(name);
    }
  }
  for (const [, from] of text.matchAll(/^export type \* from "\.\/(.*)\.js"/gm)) {
    for (const [name, parameters] of of(from).types) types.set(name, parameters);
  }
  for (const [, from] of text.matchAll(/^export \* from "\.\/(.*)\.js"/gm)) {
    const more = of(from);
    for (const name of more.values) values.add(name);
    for (const [name, parameters] of more.types) types.set(name, parameters);
  }
  return { values, types };
}

/** The text of the .d.cts that lies beside `name`.d.ts. */
export function requiredTypes(folder, name) {
  const { values, types } = exported(folder, `${name}.d.ts`);
  const classes = [...values].filter((value) => /^[A-Z]/.test(value));
  const lines = [...types, ...classes.map((name) => [name, ""])].map(([type, parameters = ""]) => {
    return `\ttype ${type}${parameters} = t.${type}${parameters};\n`;
  });
  return `import type * as t from "./${basename(name)}.js" with { "resolution-mode": "import" };
declare const keyhome: typeof t;
declare namespace keyhome {
${lines.join("")}}
export = keyhome;
`;
}
