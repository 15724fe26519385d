// What would a change move? Two configs side by side.

import { Exports } from "../../page/Exports.tsx";
import { ConfigPanel } from "../../page/ConfigPanel.tsx";
import { useMemo } from "preact/hooks";
import { changedFile, changedPoolName, changedText, configText, poolName } from "../../state/inputs.ts";
import { changed } from "../../state/pools.ts";
import { sampleSource } from "../../state/sample.ts";
import { SamplePanel } from "../../sample/SamplePanel.tsx";
import type { KeySource, MovesJob } from "../../work/protocol.ts";
import { useJob } from "../../work/useJob.ts";
import type { ViewProps } from "../view.ts";
import { Addresses } from "./Addresses.tsx";
import { HashMoves } from "./HashMoves.tsx";
import { KeyMoves } from "./KeyMoves.tsx";
import { MovedKeysFile } from "./MovedKeysFile.tsx";
import { Presets } from "./Presets.tsx";
import { type Change, changeCommand, changeCsv, changeJson, changeSvg, orderOf } from "./change.ts";
import "./change.css";

/** Stand-ins, where the two cannot be compared value by value. */
const GENERATED: KeySource = { from: "generated" };

export function ChangeView({ router }: ViewProps) {
  const after = changed.value;
  return (
    <>
      <Presets router={router} />
      <div class="changed">
        <ConfigPanel title="After the change" text={changedText} pool={changedPoolName} file={changedFile} reading={after} />
      </div>
      {after.router !== undefined ? (
        <Moves old={router} now={after.router} />
      ) : changedText.value.trim() === "" ? (
        <p class="empty">
          Choose a change above, or write, paste or drop the config as it would be afterwards: here is what moves, from whom to
          whom.
        </p>
      ) : null}
    </>
  );
}

function Moves({ old, now }: { old: ViewProps["router"]; now: ViewProps["router"] }) {
  const diff = useMemo(() => old.diff(now), [old, now]);
  const order = useMemo(() => orderOf(old, now), [old, now]);
  const keys = sampleSource.value;
  const before = useMemo(() => ({ text: configText.value, pool: poolName.value }), [old]);
  const after = useMemo(() => ({ text: changedText.value, pool: changedPoolName.value }), [now]);
  const jobOf = (source: KeySource | undefined): MovesJob | undefined =>
    source && { do: "moves", old: before, new: after, keys: source };
  const generated = useJob(useMemo(() => jobOf(diff.exact ? undefined : GENERATED), [diff, before, after]));
  const sampled = useJob(useMemo(() => jobOf(keys), [keys, before, after]));
  const change: Change = { old, now, diff, order, generated: generated.work, sampled: sampled.work };

  return (
    <>
      <HashMoves change={change} handle={generated} />
      <Addresses changes={diff.addresses} />
      <section class="key-moves" aria-labelledby="key-moves-title">
        <h3 id="key-moves-title">Which of your keys move?</h3>
        <SamplePanel job={sampled}>
          {keys === undefined ? null : <MovedKeysFile old={before} new={after} keys={keys} />}
        </SamplePanel>
        {sampled.work.state === "done" ? <KeyMoves result={sampled.work.result} order={order} /> : null}
      </section>
      <Exports
        of={{
          name: "diff",
          command: changeCommand(),
          json: () => changeJson(change),
          csv: () => changeCsv(change),
          svg: () => changeSvg(change),
        }}
      />
    </>
  );
}
