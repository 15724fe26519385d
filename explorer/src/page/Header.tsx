import { link } from "../state/link.ts";
import { Copy } from "./Copy.tsx";
import { choose, theme } from "./theme.ts";

export function Header() {
  const isDark = theme.value === "dark";
  return (
    <header class="masthead">
      <h1>
        keyhome <span>explorer</span>
      </h1>
      <span class="space" />
      <Copy label="Copy link" text={link} />
      <button
        type="button"
        aria-pressed={isDark}
        onClick={() => {
          choose(isDark ? "light" : "dark");
        }}
      >
        Dark
      </button>
    </header>
  );
}
