// The whole package in a page or a worker: what it says before it is ready, then everything.

import { ask } from "./contract.mjs";
import { odd } from "./odd.mjs";

export async function whole(keyhome, ...source) {
  let before;
  try {
    before = keyhome.slot("a");
  } catch (error) {
    before = error instanceof keyhome.KeyhomeError ? error.code : String(error);
  }
  await keyhome.init(...source);
  const { engine, version } = keyhome;
  return { before, engine, version, contract: await ask(keyhome), odd: odd(keyhome) };
}
