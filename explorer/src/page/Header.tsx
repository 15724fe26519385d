import { link } from "../state/link.ts";
import { Copy } from "./Copy.tsx";
import { choose, theme } from "./theme.ts";

const ABOUT_LINKS = "All that is put in, the config with its passwords too, behind the # of the address, where no server sees it";

export function Header() {
  const isDark = theme.value === "dark";
  return (
    <header class="masthead">
      <h1>
        keyhome <span>explorer</span>
      </h1>
      <span class="space" />
      <Copy label="Copy link" title={ABOUT_LINKS} text={link} />
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
