// Rows as CSV (RFC 4180).

/** The first row says the names of the columns. */
export function csvOf(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map(csvLine).join("");
}

export function csvLine(row: readonly (string | number)[]): string {
  return `${row.map(csvField).join(",")}\r\n`;
}

function csvField(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
