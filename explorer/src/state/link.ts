// The state of the page as the fragment of its address: a link carries all that was put in, and no server sees it.

import { batch, effect, signal } from "@preact/signals";
import { CARRIED, type Carried } from "./carried.ts";
import { Unreadable, fragmentOf, valueOf } from "./fragment.ts";

/** Beyond this browsers and chat programs cut addresses off. */
const LONGEST_FRAGMENT = 500_000;

/** A browser allows some 200 changes of the address in 30 seconds. */
const PAUSE = 250;

/** What is to be said of the link: that one could not be read, or that there is too much for one. */
export const linkProblem = signal<string | undefined>(undefined);

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
  const fragment = await stateAsFragment("fresh");
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
  const fragment = await stateAsFragment("initial");
  if (turn !== latest || kept) return;
  const fits = fragment.length <= LONGEST_FRAGMENT;
  linkProblem.value = fits ? undefined : "There is too much here for a link: the address of the page does not carry it.";
  const shown = fits ? fragment : "";
  if (shown === written) return;
  written = shown;
  history.replaceState(null, "", shown === "" ? `${location.pathname}${location.search}` : `#${shown}`);
}

/** What differs from a fresh page, or from what this page was to begin with; nothing does: an empty text. */
async function stateAsFragment(from: "fresh" | "initial"): Promise<string> {
  const differs = (each: Carried) => JSON.stringify(each.signal.peek()) !== JSON.stringify(each[from]);
  const state = CARRIED.filter(differs).map(({ name, signal }) => [name, signal.peek()]);
  return state.length === 0 ? "" : fragmentOf(Object.fromEntries(state));
}

/** @throws Unreadable */
async function read(fragment: string): Promise<Record<string, unknown>> {
  const given = await valueOf(fragment);
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw new Unreadable("it carries no state");
  const members = given as Record<string, unknown>;
  for (const [name, value] of Object.entries(members)) {
    const known = CARRIED.find((each) => each.name === name);
    if (known === undefined) throw new Unreadable(`it carries “${name}”, which this page does not know`);
    if (!known.takes(value)) throw new Unreadable(`what it says of “${name}” is nothing that this page knows`);
  }
  return members;
}
