// Paired rounds: two ways to do the same, in turn in one process, so that what disturbs one disturbs the other.

let loops = 0;

/**
 * A loop over keys that calls something with each. Each is a text of its own, and so compiled by itself: V8 shares what it
 * has learnt among functions of one text, and a loop that several functions share is slower for all of them.
 */
export function each(call, keys) {
  const text = `let sum = 0; for (let i = 0; i < keys.length; i++) sum += call(keys[i]); return sum; // ${loops++}`;
  const loop = new Function("call", "keys", text);
  return () => loop(call, keys);
}

function clock(run) {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start);
}

export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}

/** Nanoseconds an item of both, and how many times faster the first is: medians over the rounds. */
export function paired(ours, theirs, items, rounds = 31) {
  for (let warm = 0; warm < 5; warm++) {
    ours();
    theirs();
  }
  const times = Array.from({ length: rounds }, () => [clock(ours), clock(theirs)]);
  return {
    ours: median(times.map(([time]) => time)) / items,
    theirs: median(times.map(([, time]) => time)) / items,
    ratio: median(times.map(([ours, theirs]) => theirs / ours)),
  };
}
