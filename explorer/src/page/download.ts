// What the page shows, as a file.

/** Hands a file to the browser's downloads. */
export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after this; at once would be too early.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
