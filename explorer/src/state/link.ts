// The state of the page as the fragment of its address: a link carries all that was put in, and no server sees it.
//
// `#1.` and, in base64url, the deflated JSON text of what differs from a fresh page. A later shape takes another number.

import { type Signal, batch, effect, signal } from "@preact/signals";
import * as inputs from "./inputs.ts";
import * as sample from "./sample.ts";

/** Beyond this browsers and chat programs cut addresses off. */
const LONGEST_FRAGMENT = 500_000;

/** More than this a link does not unfold to: a few bytes can be made to become gigabytes. */
const LONGEST_TEXT = 16 * 1024 * 1024;

/** A browser allows some 200 changes of the address in 30 seconds. */
const PAUSE = 250;

/** A signal that links carry. */
interface Carried {
  /** How it is called in them. */
  readonly name: string;
  readonly signal: Signal<unknown>;
  /** What it is in a fresh page. */
  readonly fresh: unknown;
  /** What it is in this page to begin with: `keyhome explore -c FILE` has put a config in. */
  readonly initial: unknown;
  /** What it can be. */
  readonly takes: (value: unknown) => boolean;
}

const carried = (name: string, from: Signal, fresh: unknown, takes: Carried["takes"]): Carried => ({
  name,
  signal: from,
  fresh,
  initial: from.peek(),
  takes,
});
const text = (name: string, from: Signal<string>, fresh = "") =>
  carried(name, from, fresh, (value) => typeof value === "string");
const yesOrNo = (name: string, from: Signal<boolean>, fresh: boolean) =>
  carried(name, from, fresh, (value) => typeof value === "boolean");
const word = <W extends string>(name: string, from: Signal<W>, words: readonly W[]) =>
  carried(name, from, words[0], (value) => words.some((word) => word === value));
const texts = (name: string, from: Signal<readonly string[]>) =>
  carried(name, from, [], (value) => Array.isArray(value) && value.every((each) => typeof each === "string"));

function isLookedAt(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === null;
  const { key, from, span } = value as Partial<Record<keyof inputs.LookedAt, unknown>>;
  return typeof key === "string" && Number.isFinite(from) && Number.isFinite(span);
}

/** All that links carry. A file of keys is not among it: it is the operator's own. */
const CARRIED: readonly Carried[] = [
  word("view", inputs.view, inputs.VIEWS),
  text("config", inputs.configText),
  text("pool", inputs.poolName),
  text("file", inputs.configFile, "nutcracker.yml"),
  text("key", inputs.keyText, "user:1001"),
  yesOrNo("keyIsHex", inputs.keyIsHex, false),
  text("changed", inputs.changedText),
  text("changedPool", inputs.changedPoolName),
  text("changedFile", inputs.changedFile, "nutcracker.new.yml"),
  carried("lookedAt", inputs.lookedAt, null, isLookedAt),
  texts("alone", inputs.aloneNames),
  texts("gone", inputs.goneNames),
  word("sample", sample.sampleKind, sample.SAMPLE_KINDS),
  text("samplePattern", sample.samplePattern, "user:{0..999}"),
  text("sampleKeys", sample.sampleKeys),
  yesOrNo("sampleHex", sample.sampleHex, false),
  yesOrNo("dialectsByName", inputs.dialectsByName, true),
  text("dialectsHash", inputs.dialectsHash, "fnv1a_64"),
  text("dialectsDistribution", inputs.dialectsDistribution, "ketama"),
];

/** What is to be said of the link: that one could not be read, or that there is too much for one. */
export const linkProblem = signal<string | undefined>(undefined);

/** Why a link cannot be read. */
class Unreadable extends Error {}

/** The fragment that is in the address, or soon will be. */
let written = "";

/** While a link stands there that could not be read, it is not overwritten. */
let kept = false;

/** Takes over what the address carries, and keeps the address up to date from then on. */
export async function followLink(): Promise<void> {
  await open();
  addEventListener("hashchange", () => {
    if (location.hash.slice(1) !== written) void open();
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    for (const { signal } of CARRIED) void signal.value;
    clearTimeout(timer);
    timer = setTimeout(() => void write(), PAUSE);
  });
}

/** Gives up the link that could not be read. */
export function forgetProblem(): void {
  linkProblem.value = undefined;
  kept = false;
  void write();
}

/** The address with all that is put in now, also what `keyhome explore` has put in. */
export async function link(): Promise<string> {
  const fragment = await fragmentOf(state("fresh"));
  const [address] = location.href.split("#");
  return fragment === "" ? `${address}` : `${address}#${fragment}`;
}

async function open(): Promise<void> {
  const fragment = location.hash.slice(1);
  if (fragment === "") return;
  try {
    const given = await read(fragment);
    batch(() => {
      for (const { name, signal, initial } of CARRIED) signal.value = name in given ? given[name] : initial;
      linkProblem.value = undefined;
    });
    written = fragment;
    kept = false;
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    kept = true;
    linkProblem.value = `This link cannot be read: ${error.message}. Nothing was changed; it stays in the address.`;
  }
}

let latest = 0;

async function write(): Promise<void> {
  if (kept) return;
  const turn = (latest += 1);
  // What the page came with it comes with again: who changes the file and loads the page anew sees the change.
  const fragment = await fragmentOf(state("initial"));
  if (turn !== latest || kept) return;
  const fits = fragment.length <= LONGEST_FRAGMENT;
  linkProblem.value = fits ? undefined : "There is too much here for a link: the address of the page does not carry it.";
  const shown = fits ? fragment : "";
  if (shown === written) return;
  written = shown;
  history.replaceState(null, "", shown === "" ? `${location.pathname}${location.search}` : `#${shown}`);
}

/** What differs from a fresh page, or from what this page was to begin with. */
function state(from: "fresh" | "initial"): Record<string, unknown> {
  const differs = (each: Carried) => JSON.stringify(each.signal.peek()) !== JSON.stringify(each[from]);
  return Object.fromEntries(CARRIED.filter(differs).map(({ name, signal }) => [name, signal.peek()]));
}

async function fragmentOf(state: Record<string, unknown>): Promise<string> {
  if (Object.keys(state).length === 0) return "";
  const json = new Blob([JSON.stringify(state)]);
  const deflated = new Response(json.stream().pipeThrough(new CompressionStream("deflate-raw")));
  const bytes = new Uint8Array(await deflated.arrayBuffer());
  let binary = "";
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return `1.${btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

async function read(fragment: string): Promise<Record<string, unknown>> {
  if (!/^\d+\./.test(fragment)) throw new Unreadable("it is no link of this page");
  if (!fragment.startsWith("1.")) throw new Unreadable("a newer page made it");
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const binary = atob(fragment.slice(2).replaceAll("-", "+").replaceAll("_", "/"));
    bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  } catch {
    throw new Unreadable("there are characters in it that no link has");
  }
  const given: unknown = parsed(await inflated(bytes));
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw new Unreadable("it carries no state");
  const members = given as Record<string, unknown>;
  for (const [name, value] of Object.entries(members)) {
    const known = CARRIED.find((each) => each.name === name);
    if (known === undefined) throw new Unreadable(`it carries “${name}”, which this page does not know`);
    if (!known.takes(value)) throw new Unreadable(`what it says of “${name}” is nothing that this page knows`);
  }
  return members;
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
