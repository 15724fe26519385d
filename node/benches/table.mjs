// Prints tables: texts to the left, numbers to the right.

export function table(rows, titles) {
  const lines = [titles, ...rows];
  const widths = titles.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const isText = (column) => column < rows[0].findIndex((cell) => /^[\d.]+/.test(cell));
  for (const line of lines) {
    const cells = line.map((cell, at) => (isText(at) ? cell.padEnd(widths[at]) : cell.padStart(widths[at])));
    console.log(cells.join("  ").trimEnd());
  }
  console.log();
}
