// A button that puts a text into the clipboard, and says whether it did.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export interface CopyProps {
  /** What the button says. */
  readonly label: string;
  /** More about it. */
  readonly title?: string;
  /** The text; asked for when the button is pressed. */
  readonly text: () => string | Promise<string>;
}

/** Without https, browsers have only the older way. */
async function copy(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard !== undefined) {
      await navigator.clipboard.writeText(text);
      return true;
    }
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  } catch {
    return false;
  }
}

export function Copy({ label, title, text }: CopyProps) {
  const said = useSignal("");
  useEffect(() => {
    if (said.value === "") return undefined;
    const timer = setTimeout(() => {
      said.value = "";
    }, 4000);
    return () => clearTimeout(timer);
  }, [said.value]);
  return (
    <>
      <button
        type="button"
        title={title}
        onClick={async () => {
          said.value = (await copy(await text())) ? "Copied" : "The browser forbids it";
        }}
      >
        {said.value === "" ? label : said}
      </button>
      <span class="unseen" aria-live="polite">
        {said}
      </span>
    </>
  );
}
