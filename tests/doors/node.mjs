// A door in Node: each line of stdin is a request, each line of stdout its answer. `KEYHOME_ENGINE` names the engine, the
// argument the package's module.

import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { adapter } from "./adapter.mjs";

const answer = adapter(await import(pathToFileURL(process.argv[2])), { buffer: Buffer.from });

for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  process.stdout.write(`${answer(line)}\n`);
}
