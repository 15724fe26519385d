// The key that is asked about: as text, or in hexadecimal digits for bytes that are no text.

import { useId } from "preact/hooks";
import { asked, typeInHex } from "../state/asked.ts";
import { keyIsHex, keyText } from "../state/inputs.ts";

export function KeyField() {
  const id = useId();
  const { problem } = asked.value;
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
