// Light or dark: what the system prefers until the operator says otherwise.

import { computed, effect, signal } from "@preact/signals";

export type Theme = "light" | "dark";

const STORED = "keyhome-theme";

/** A page from a disk may have no storage; then the choice lasts as long as the page. */
function stored(): Theme | undefined {
  try {
    const word = localStorage.getItem(STORED);
    return word === "light" || word === "dark" ? word : undefined;
  } catch {
    return undefined;
  }
}

function store(theme: Theme): void {
  try {
    localStorage.setItem(STORED, theme);
  } catch {
    // The choice holds for this page, which is all that can be had.
  }
}

const systemTheme = signal<Theme>("light");
const chosen = signal<Theme | undefined>(undefined);

/** The theme that is shown. What is drawn on a canvas reads it to be drawn again when it changes. */
export const theme = computed(() => chosen.value ?? systemTheme.value);

export function choose(theme: Theme): void {
  chosen.value = theme;
  store(theme);
}

/** Follows the system and the operator, and marks the document with the theme, for colours.css. */
export function followTheme(): void {
  const preferred = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    systemTheme.value = preferred.matches ? "dark" : "light";
  };
  follow();
  preferred.addEventListener("change", follow);
  chosen.value = stored();
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
  });
}
