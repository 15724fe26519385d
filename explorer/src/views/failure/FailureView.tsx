// What if one dies? Its keys go to others, or are refused: both side by side.

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Exports } from "../../page/Exports.tsx";
import { KeyField } from "../../page/KeyField.tsx";
import { Problem } from "../../page/Problem.tsx";
import { JobStatus } from "../../sample/JobStatus.tsx";
import { ask } from "../../pool/reading.ts";
import { configText, goneNames, poolName } from "../../state/inputs.ts";
import type { MovesJob } from "../../work/protocol.ts";
import { useJob } from "../../work/useJob.ts";
import type { ViewProps } from "../view.ts";
import { Ends } from "./Ends.tsx";
import { FailureMap } from "./FailureMap.tsx";
import { Flows } from "./Flows.tsx";
import { LivingNodes } from "./LivingNodes.tsx";
import { exportedLoss } from "./exported.ts";
import { flowsOf, lossOf, partsOf } from "./loss.ts";
import "./failure.css";

export function FailureView({ router }: ViewProps) {
  const names = goneNames.value;
  const loss = useMemo(() => lossOf(router, names), [router, names]);
  const [text, pool] = [configText.value, poolName.value];
  const isInexact = loss.gone.length > 0 && loss.diff?.exact === false;
  const job = useMemo<MovesJob | undefined>(() => {
    if (!isInexact) return undefined;
    return { do: "moves", old: { text, pool }, new: { text, pool, gone: loss.gone }, keys: { from: "generated" } };
  }, [text, pool, loss, isInexact]);
  const handle = useJob(job);
  const counted = handle.work.state === "done" ? handle.work.result : undefined;
  const flows = useMemo(() => (loss.diff === undefined ? undefined : flowsOf(loss.diff, counted)), [loss, counted]);
  const before = useMemo(() => partsOf(loss.before), [loss.before]);
  const after = useMemo(() => partsOf(loss.after), [loss]);
  const isMoves = useSignal(true);

  const toggle = (name: string) => {
    const now = goneNames.peek();
    goneNames.value = now.includes(name) ? now.filter((gone) => gone !== name) : [...now, name];
  };
  const homeless = useMemo(() => ask(() => router.arcs()).error, [router]);
  if (homeless !== undefined) return <Problem error={homeless} title="Nobody can say what moves" />;
  const { gone } = loss;
  return (
    <>
      <KeyField />
      <div class="failure-top">
        <FailureMap loss={loss} isMoves={isMoves} onNode={toggle} />
        <LivingNodes router={router} gone={gone} before={before} after={after} onNode={toggle} />
      </div>
      {loss.error === undefined ? null : <Problem error={loss.error} title="Nobody is left: every request fails" />}
      {isInexact && counted === undefined ? <JobStatus job={handle} /> : null}
      {gone.length === 0 ? (
        <p class="soft">
          Take a node out, in the list or in the drawing, to see who gets its keys under <code>remap</code>, and what is
          refused under <code>fail</code>.
        </p>
      ) : (
        <Ends loss={loss} flows={flows} before={before} after={after} />
      )}
      {flows === undefined || flows.length === 0 ? null : (
        <Flows flows={flows} nodes={router.nodes} counted={counted} />
      )}
      <Exports of={exportedLoss(loss, flows ?? [], before, after, counted)} />
    </>
  );
}
