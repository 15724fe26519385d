// The questions, a tab each: arrows go from one to the next, Home and End to the first and the last.

import { useRef } from "preact/hooks";
import { VIEWS, type View, view } from "../state/inputs.ts";

export interface TabTitle {
  /** The question. */
  readonly long: string;
  /** A word for it, on narrow screens. */
  readonly short: string;
}

export function Tabs({ titles }: { titles: Readonly<Record<View, TabTitle>> }) {
  const list = useRef<HTMLDivElement>(null);
  const go = (to: number) => {
    const name = VIEWS[(to + VIEWS.length) % VIEWS.length];
    if (name === undefined) return;
    view.value = name;
    list.current?.querySelector<HTMLElement>(`#tab-${name}`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = VIEWS.indexOf(view.value);
    const steps: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: VIEWS.length - 1 };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  };
  return (
    <div class="tabs" role="tablist" aria-label="Questions" ref={list} onKeyDown={onKeyDown}>
      {VIEWS.map((name) => (
        <button
          type="button"
          role="tab"
          id={`tab-${name}`}
          key={name}
          aria-selected={view.value === name}
          aria-controls="view"
          title={titles[name].long}
          tabIndex={view.value === name ? 0 : -1}
          onClick={() => {
            view.value = name;
          }}
        >
          <span class="long">{titles[name].long}</span>
          <span class="short">{titles[name].short}</span>
        </button>
      ))}
    </div>
  );
}
