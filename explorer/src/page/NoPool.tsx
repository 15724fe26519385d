// In place of a view while there is no pool that it could be about.

import type { KeyhomeError } from "keyhome";
import { EXAMPLES } from "../pool/examples.ts";
import { configFile, configText, poolName } from "../state/inputs.ts";
import { Problem } from "./Problem.tsx";

/** What the page answers then, for who has never seen it. */
const QUESTIONS = [
  ["Where does this key live?", "Each step from the key to its server, and who takes over if that one dies."],
  ["See the ring", "Which server owns which part of it, or which slots; to be zoomed into."],
  ["Is it balanced?", "The exact share of each server beside a sample of your keys."],
  ["What would a change move?", "Two configs: how many keys move, and from whom to whom."],
  ["What if one dies?", "Take servers away and see where their keys go."],
  ["Which dialect?", "The same servers under twemproxy, ketama, Redis Cluster and others."],
] as const;

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
      <dl class="questions">
        {QUESTIONS.map(([question, answer]) => (
          <div key={question}>
            <dt>{question}</dt>
            <dd>{answer}</dd>
          </div>
        ))}
      </dl>
      <p class="soft">Everything is computed in this page: nothing that you put in leaves it.</p>
    </div>
  );
}
