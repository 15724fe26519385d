// In place of a view while there is no pool that it could be about.

import type { KeyhomeError } from "keyhome";
import { EXAMPLES } from "../pool/examples.ts";
import { configFile, configText, poolName } from "../state/inputs.ts";
import { Problem } from "./Problem.tsx";

export function NoPool({ error }: { error: KeyhomeError }) {
  if (configText.value.trim() !== "") return <Problem error={error} title="The config cannot be read" />;
  return (
    <div class="empty">
      <p>
        Paste or drop a <b>nutcracker.yml</b>, a keyhome config, or what <b>CLUSTER NODES</b> prints into the editor, or
        begin with an example:
      </p>
      <p class="examples">
        {EXAMPLES.map((example) => (
          <button
            type="button"
            key={example.title}
            onClick={() => {
              poolName.value = "";
              configFile.value = example.file;
              configText.value = example.text;
            }}
          >
            {example.title}
          </button>
        ))}
      </p>
      <p class="soft">Everything is computed in this page: nothing that you put in leaves it.</p>
    </div>
  );
}
