// The key that is asked about: as text, or in hexadecimal digits for bytes that are no text.

import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { LONGEST_KEY, asked, tooLongForAKey, typeInHex } from "../state/asked.ts";
import { keyIsHex, keyText } from "../state/inputs.ts";

export function KeyField() {
  const id = useId();
  /** Why a text was not taken; said until something else is typed. */
  const refused = useSignal({ beside: "", why: "" });
  const isRefused = refused.value.why !== "" && refused.value.beside === keyText.value;
  const problem = isRefused ? refused.value.why : asked.value.problem;
  return (
    <div class="key">
      <label for={id}>Key</label>
      <input
        id={id}
        type="text"
        class="mono"
        spellcheck={false}
        autocomplete="off"
        autocapitalize="off"
        value={keyText.value}
        placeholder={keyIsHex.value ? "hexadecimal digits, two a byte" : "the empty key"}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-problem`}
        onPaste={(event) => {
          const length = event.clipboardData?.getData("text/plain").length ?? 0;
          if (length <= LONGEST_KEY) return;
          // A field of one line with megabytes in it stands still.
          event.preventDefault();
          refused.value = { beside: keyText.value, why: tooLongForAKey(length) };
        }}
        onInput={(event) => {
          keyText.value = event.currentTarget.value;
        }}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={keyIsHex.value}
          onChange={(event) => typeInHex(event.currentTarget.checked)}
        />{" "}
        hex
      </label>
      <p id={`${id}-problem`} class="wrong" aria-live="polite">
        {problem}
      </p>
    </div>
  );
}
