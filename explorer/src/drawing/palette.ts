// The colours of a drawing, ready to be looked up once a pixel.

import type { Theme } from "../page/theme.ts";
import { NOBODY as NOBODYS_COLOUR, colourOf } from "./colours.ts";
import { NOBODY, STAYS } from "./stretches.ts";

/** What gives each owner of a drawing its colour. */
export type Palette = (owner: number) => string;

/** What stays, and nodes that are put aside so that others are seen. */
const FAINT = { light: "#e4e7ec", dark: "#2b313b" };

/**
 * The colours of nodes.
 *
 * @param only - the nodes that are shown, while all others are faint; without it, all are shown
 */
export function paletteOf(theme: Theme, only?: ReadonlySet<number>): Palette {
  const known = new Map<number, string>();
  return (owner) => {
    let colour = known.get(owner);
    if (colour === undefined) {
      if (owner === STAYS || (only !== undefined && !only.has(owner))) colour = FAINT[theme];
      else colour = owner === NOBODY ? NOBODYS_COLOUR[theme] : colourOf(owner, theme === "dark");
      known.set(owner, colour);
    }
    return colour;
  };
}
