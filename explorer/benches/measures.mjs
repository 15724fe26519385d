// What is measured, and how it is summed up.

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** In the page: how many frames it shows a second, and how long the longest takes. */
export async function frames(milliseconds) {
  const start = await new Promise(requestAnimationFrame);
  let [count, longest, last] = [0, 0, start];
  while (last - start < milliseconds) {
    const now = await new Promise(requestAnimationFrame);
    longest = Math.max(longest, now - last);
    [count, last] = [count + 1, now];
  }
  return { perSecond: (1000 * count) / (last - start), longest };
}
