// What the programs for Node have in common: their arguments, and how they say what they found.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, library, port, locked, password, protocol] = process.argv.slice(2);

/** The client library, as it is installed in the folder of the npm package. */
export const installed = createRequire(pathToFileURL(`${folder}/package.json`))(library);

/** Its version. */
export const version = JSON.parse(readFileSync(`${folder}/node_modules/${library}/package.json`, "utf8")).version;

/** The ports of the proxy: of the pool for all, and of the one with a password; and the protocol, if it is not the default. */
export const proxy = {
  port: Number(port),
  locked: Number(locked),
  password,
  protocol: protocol === "default" ? undefined : Number(protocol),
};

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Does all checks, one after the other, and ends the program. */
export async function run(client, about, checks) {
  say({ client, version, protocol: await about() });
  for (const [check, does] of Object.entries(checks)) {
    say({
      check,
      error: await does().then(
        () => null,
        (error) => String(error?.stack ?? error),
      ),
    });
  }
  process.exit();
}

/** What a promise is refused with. */
export async function refused(promise) {
  let reply;
  try {
    reply = await promise;
  } catch (error) {
    return String(error?.message ?? error);
  }
  throw new Error(`it is not refused, but gives ${JSON.stringify(reply)}`);
}

export const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
export const large = Buffer.alloc(1 << 20, "keyhome ");
export const many = Array.from({ length: 100 }, (_, number) => `key:${number}`);
export const aWhile = () => new Promise((resolve) => setTimeout(resolve, 100));
