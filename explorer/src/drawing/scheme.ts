// Whether the page is dark, for what CSS does not reach: canvases and exported pictures.

import { signal } from "@preact/signals";

const shown = signal(false);

/** True where the page is drawn light on dark. */
export const dark = {
  get value(): boolean {
    return shown.value;
  },
};

/** Follows the page's `color-scheme`, whether the system or the operator's choice on the root element decides it. */
export function followScheme(): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const update = () => {
    const words = getComputedStyle(document.documentElement).colorScheme.split(" ");
    shown.value = words.includes("dark") && (system.matches || !words.includes("light"));
  };
  system.addEventListener("change", update);
  new MutationObserver(update).observe(document.documentElement, { attributes: true });
  update();
}
