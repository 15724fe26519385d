import { choose, theme } from "./theme.ts";

export function Header() {
  const isDark = theme.value === "dark";
  return (
    <header class="masthead">
      <h1>
        keyhome <span>explorer</span>
      </h1>
      <span class="space" />
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
