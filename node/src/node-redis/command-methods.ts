// The methods of the commands are node-redis's own: `get` parses its arguments and calls `_executeCommand` of its client,
// whatever that is.

import { KeyhomeError } from "../index.js";
import type { NativeClient } from "./native-client.js";

type Class = new (...args: never[]) => object;

/** By the prototype that has the methods: `createClient` makes one for each set of modules and scripts. */
const classes = new WeakMap<object, Class>();

/**
 * A class with the methods of a client: of commands, modules, functions and scripts, and the iterators over SCAN. What a
 * client of one server can do besides, and `base` cannot, throws `client.unsupported`.
 */
export function withCommandsOf<Base extends Class>(base: Base, client: NativeClient): Base {
  const commands = prototypeWith("GET", client);
  const rest = Object.getPrototypeOf(commands);
  const known = classes.get(commands);
  if (known !== undefined) return known as Base;
  const named = { [base.name]: class extends (base as Class) {} }[base.name]!;
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(commands))) {
    if (name !== "constructor" && !(name in base.prototype)) Object.defineProperty(named.prototype, name, property);
  }
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(rest))) {
    if (name in named.prototype || name.startsWith("_") || typeof property.value !== "function") continue;
    const value = name.endsWith("Iterator") ? property.value : () => refuse(name);
    Object.defineProperty(named.prototype, name, { ...property, value });
    // The other spelling of these is a field of each client.
    if (name === name.toUpperCase()) Object.defineProperty(named.prototype, name.toLowerCase(), { ...property, value });
  }
  classes.set(commands, named);
  return named as Base;
}

function prototypeWith(name: string, object: object): object {
  return Object.hasOwn(object, name) ? object : prototypeWith(name, Object.getPrototypeOf(object));
}

/** @throws KeyhomeError `client.unsupported` */
export function refuse(name: string): never {
  throw new KeyhomeError("client.unsupported", `${name} has no meaning over several nodes; ask one of \`nodes()\` for it`);
}
