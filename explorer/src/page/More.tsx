// The end of a long table: tens of thousands of rows would be slow to draw and to read.

import { type Signal } from "@preact/signals";
import { count } from "../drawing/numbers.ts";
import "./more.css";

/** Rows at first, and how many more at a time. */
export const ROWS = 100;

export interface MoreProps {
  /** How many rows are shown. */
  readonly shown: Signal<number>;
  readonly of: number;
  /** What the rows are. */
  readonly what: string;
}

export function More({ shown, of, what }: MoreProps) {
  if (of <= shown.value) return null;
  return (
    <p class="more">
      {count(shown.value)} of {count(of)} {what}.{" "}
      <button
        type="button"
        onClick={() => {
          shown.value += ROWS;
        }}
      >
        Show {count(Math.min(ROWS, of - shown.value))} more
      </button>
    </p>
  );
}
