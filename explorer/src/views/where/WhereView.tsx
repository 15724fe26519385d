import { Exports } from "../../page/Exports.tsx";
import { KeyField } from "../../page/KeyField.tsx";
import { Problem } from "../../page/Problem.tsx";
import { configWords, keyWords, keyhomeCommand } from "../../page/command.ts";
import { csvOf } from "../../page/download.ts";
import { ask } from "../../pool/reading.ts";
import { asked } from "../../state/asked.ts";
import type { ViewProps } from "../view.ts";

export function WhereView({ router }: ViewProps) {
  const { key } = asked.value;
  const { answer, error } = key === undefined ? {} : ask(() => router.explain(key));
  return (
    <>
      <KeyField />
      {error === undefined ? null : <Problem error={error} />}
      {answer === undefined ? null : (
        <>
          <p>{answer.node}</p>
          <Exports
            of={{
              name: "explain",
              command: keyhomeCommand("explain", ...configWords(), ...keyWords()),
              json: () => answer,
              csv: () => csvOf([["node"], [answer.node]]),
            }}
          />
        </>
      )}
    </>
  );
}
