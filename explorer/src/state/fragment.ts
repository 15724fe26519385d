// A value as the fragment of an address, and back.
//
// `1.` and, in base64url, the deflated JSON text. A later shape takes another number.

/** More than this a fragment does not unfold to: a few bytes can be made to become gigabytes. */
const LONGEST_TEXT = 16 * 1024 * 1024;

/** Why a fragment cannot be read. */
export class Unreadable extends Error {}

export async function fragmentOf(value: unknown): Promise<string> {
  const json = new Blob([JSON.stringify(value)]);
  const deflated = new Response(json.stream().pipeThrough(new CompressionStream("deflate-raw")));
  const bytes = new Uint8Array(await deflated.arrayBuffer());
  let binary = "";
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return `1.${btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** @throws Unreadable */
export async function valueOf(fragment: string): Promise<unknown> {
  if (!/^\d+\./.test(fragment)) throw new Unreadable("it is no link of this page");
  if (!fragment.startsWith("1.")) throw new Unreadable("a newer page made it");
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const binary = atob(fragment.slice(2).replaceAll("-", "+").replaceAll("_", "/"));
    bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  } catch {
    throw new Unreadable("there are characters in it that no link has");
  }
  return parsed(await inflated(bytes));
}

async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      length += read.value.length;
      if (length > LONGEST_TEXT) break;
      parts.push(read.value as Uint8Array<ArrayBuffer>);
    }
  } catch {
    throw new Unreadable("it is damaged, or a part of it is missing");
  }
  if (length > LONGEST_TEXT) {
    void reader.cancel();
    throw new Unreadable("it unfolds to more than 16 MB");
  }
  return new Blob(parts).text();
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Unreadable("it is damaged, or a part of it is missing");
  }
}
