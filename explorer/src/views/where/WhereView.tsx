// Where does this key live? The answer, and each step that leads to it.

import type { Explanation, Node, Router } from "keyhome";
import { useMemo } from "preact/hooks";
import { NodeName } from "../../drawing/NodeMark.tsx";
import { rowsSvg } from "../../drawing/rows.ts";
import { Exports } from "../../page/Exports.tsx";
import { KeyField } from "../../page/KeyField.tsx";
import { Problem } from "../../page/Problem.tsx";
import { configWords, keyWords, keyhomeCommand } from "../../page/command.ts";
import { csvOf } from "../../text/csv.ts";
import { useSettled } from "../../page/useSettled.ts";
import { ask } from "../../pool/reading.ts";
import { asked } from "../../state/asked.ts";
import { servedAs } from "../../state/pools.ts";
import type { ViewProps } from "../view.ts";
import { type Step, stepsOf } from "./steps.ts";
import "./where.css";

/** Who takes over is read off the ring without the home: beyond so many nodes that is made when the typing pauses. */
const MANY_NODES = 1000;
const PAUSE = 200;

export function WhereView({ router }: ViewProps) {
  const isLarge = router.nodes.length > MANY_NODES;
  const { key } = useSettled(asked.value, isLarge ? PAUSE : 0) ?? {};
  const explained = useMemo(() => (key === undefined ? undefined : ask(() => router.explain(key))), [router, key]);
  return (
    <>
      <KeyField />
      <div aria-live="polite" class="answer">
        {explained?.answer === undefined ? null : <Home router={router} of={explained.answer} />}
      </div>
      {explained?.error === undefined ? null : <Problem error={explained.error} title="This key has no home" />}
      {explained?.answer === undefined ? null : <Why of={explained.answer} />}
    </>
  );
}

function Home({ router, of }: { router: Router; of: Explanation }) {
  const home = router.nodes[of.index];
  const { by } = of.place;
  const next = router.nodes.findIndex((node) => node.name === of.next);
  return (
    <dl class="homes">
      <div class="home">
        <dt>lives on</dt>
        <dd>
          <NodeName index={of.index} name={of.node} />
          <Address of={home} />
          {home === undefined ? null : <Extras zone={home.zone} replicas={home.replicas.map((copy) => copy.address)} />}
        </dd>
      </div>
      <div>
        <dt>if it dies and is taken out</dt>
        <dd>
          {of.next === null ? (
            <span>{by === "slot" ? "nobody owns the slot" : "nobody has the key"}</span>
          ) : (
            <>
              <NodeName index={next} name={of.next} />
              <Address of={router.nodes[next]} />
            </>
          )}
          {by === "slot" ? <PromotionNote replicas={home?.replicas.length ?? 0} /> : <FailureNote />}
        </dd>
      </div>
    </dl>
  );
}

/** Many nodes are called by their address. */
function Address({ of }: { of: Node | undefined }) {
  return of === undefined || of.address === of.name ? null : <span class="address mono">{of.address}</span>;
}

function Extras({ zone, replicas }: { zone: string | null; replicas: readonly string[] }) {
  const parts = [];
  if (zone !== null) parts.push(`zone ${zone}`);
  if (replicas.length > 0) parts.push(`${replicas.length === 1 ? "replica" : "replicas"} ${replicas.join(", ")}`);
  return parts.length === 0 ? null : <span class="soft">{parts.join(" · ")}</span>;
}

/** A cluster does not move the slots of a primary that died. */
function PromotionNote({ replicas }: { replicas: number }) {
  return (
    <span class="soft">
      {replicas === 0 ? "it has no replica that could be promoted" : "until a replica is promoted, which takes its slots over"}
    </span>
  );
}

/** Whether the pool takes dead servers out by itself at all. */
function FailureNote() {
  const settings = servedAs.value;
  if (settings === undefined) return null;
  if (settings.on_failure === "fail") return <span class="soft">on_failure: fail refuses the key until then</span>;
  if (settings.auto_eject_hosts === false) {
    return <span class="soft">auto_eject_hosts is off: the key fails until somebody takes it out</span>;
  }
  return null;
}

function Why({ of }: { of: Explanation }) {
  const steps = stepsOf(of);
  return (
    <>
      <h3>Step by step</h3>
      <ol class="steps">
        {steps.map((step) => (
          <Row key={step.name} {...step} />
        ))}
        <li>
          <span class="step">Node</span>
          <span class="value">
            <NodeName index={of.index} name={of.node} />
          </span>
          <span class="note">{of.address}</span>
        </li>
      </ol>
      <Exports
        of={{
          name: "keyhome-explain",
          command: keyhomeCommand("explain", ...configWords(), ...keyWords()),
          json: () => of,
          csv: () => csvOf([["step", "value", "note"], ...rowsOf(of, steps)]),
          svg: () => rowsSvg(`${steps[0]?.value} lives on ${of.node}`, rowsOf(of, steps)),
        }}
      />
    </>
  );
}

function Row({ name, value, bytes, note }: Step) {
  return (
    <li>
      <span class="step">{name}</span>
      <span class="value">
        <code>{value}</code>
        {bytes === undefined || bytes === "" ? null : <code class="bytes">{bytes}</code>}
      </span>
      <span class="note">{note}</span>
    </li>
  );
}

/** All steps as rows: name, value, note. */
function rowsOf(of: Explanation, steps: readonly Step[]): string[][] {
  return [
    ...steps.map((step) => [step.name, step.value, step.note]),
    ["Node", of.node, of.address],
    ["Next", of.next ?? "nobody", `if ${of.node} dies and is taken out`],
  ];
}
