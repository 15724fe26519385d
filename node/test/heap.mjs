// How much the heap grows by what is done over and over. Needs `node --expose-gc`.

import { setImmediate as nextTurn } from "node:timers/promises";

/** How many MB are in use more after so many rounds: the least of two stretches, for a leak grows in each. */
export async function growth(rounds, round) {
  const stretch = async () => {
    const before = await used();
    for (let number = 0; number < rounds; number++) await round(number);
    return (await used()) - before;
  };
  await stretch();
  return Math.min(await stretch(), await stretch());
}

async function used() {
  for (let round = 0; round < 4; round++) {
    globalThis.gc();
    await nextTurn();
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return (heapUsed + external + arrayBuffers) / 2 ** 20;
}
