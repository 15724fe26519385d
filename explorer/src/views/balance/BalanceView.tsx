// Is it balanced? The exact share of each node beside a sample of keys.

import type { Router } from "keyhome";
import { useMemo } from "preact/hooks";
import { count, shareCount } from "../../drawing/numbers.ts";
import { Exports } from "../../page/Exports.tsx";
import { Paragraphs } from "../../page/Paragraphs.tsx";
import { SamplePanel } from "../../sample/SamplePanel.tsx";
import { sampleCommand } from "../../sample/command.ts";
import { configText, poolName } from "../../state/inputs.ts";
import { sampleSource } from "../../state/sample.ts";
import type { CountJob, CountResult } from "../../work/protocol.ts";
import { useJob } from "../../work/useJob.ts";
import type { ViewProps } from "../view.ts";
import { BalanceTable, type Row } from "./BalanceTable.tsx";
import { OtherHashes } from "./OtherHashes.tsx";
import { type Advice, adviceOf, adviceOfSample } from "./advice.ts";
import { balanceCsv, balanceSvg } from "./exported.ts";
import "./balance.css";

export function BalanceView({ router }: ViewProps) {
  const keys = sampleSource.value;
  const [text, pool] = [configText.value, poolName.value];
  const job = useMemo<CountJob | undefined>(
    () => (keys === undefined ? undefined : { do: "count", pools: [{ text, pool }], keys }),
    [text, pool, keys],
  );
  const handle = useJob(job);
  const result = handle.work.state === "done" ? handle.work.result : undefined;
  const balance = useMemo(() => router.balance(), [router]);
  const ofPool = useMemo(() => adviceOf(router), [router]);
  const advice = useMemo(() => [...ofPool, ...sampleAdvice(router, result)], [ofPool, result]);
  const rows = useMemo(() => rowsOf(router, result), [router, result]);

  return (
    <>
      <SamplePanel job={handle} />
      <BalanceTable rows={rows} isCounting={handle.work.state === "running"} />
      <p class="soft">{rangeText(router)}</p>
      {result !== undefined && homeless(result) > 0 ? (
        <p class="warning">
          {count(homeless(result))} of {count(result.keys)} keys have no home.
        </p>
      ) : null}
      <Words advice={advice} result={result} />
      {keys === undefined ? null : <OtherHashes router={router} keys={keys} isReady={result !== undefined} />}
      <Exports
        of={{
          name: "balance",
          command: sampleCommand("balance"),
          json: () => ({ ...balance, ...sampleOf(router, result), advice }),
          csv: () => balanceCsv(rows),
          svg: () => balanceSvg(rows),
        }}
      />
    </>
  );
}

/** What `--json` says of the sample. */
function sampleOf(router: Router, result: CountResult | undefined): object {
  const [pool] = result?.pools ?? [];
  if (result === undefined || pool === undefined) return {};
  const counts = router.nodes.map(({ name }, index) => ({ node: name, keys: pool.counts[index] ?? 0 }));
  return { sample: { keys: result.keys, counts, homeless: pool.homeless } };
}

function sampleAdvice(router: Router, result: CountResult | undefined): Advice[] {
  const [pool] = result?.pools ?? [];
  return result === undefined || pool === undefined ? [] : adviceOfSample(router, result.keys, pool);
}

function homeless({ pools: [pool] }: CountResult): number {
  return pool?.homeless ?? 0;
}

function rowsOf(router: Router, result: CountResult | undefined): Row[] {
  const { range, shares } = router.balance();
  const [pool] = result?.pools ?? [];
  return router.nodes.map(({ name, weight }, index) => ({
    index,
    name,
    weight,
    share: range === null ? undefined : { of: shares[index]?.share ?? 0, range },
    keys: result === undefined || pool === undefined ? undefined : { of: pool.counts[index] ?? 0, all: result.keys },
  }));
}

function rangeText(router: Router): string {
  const { range, uncovered } = router.balance();
  if (range === null) return "There are no exact shares here: give real keys to count them.";
  if (uncovered !== undefined) return `${shareCount(range)} slots, ${shareCount(uncovered)} of them nobody's.`;
  return `Shares are exact: each of the ${shareCount(range)} values of the key hash counted once.`;
}

function Words({ advice, result }: { advice: readonly Advice[]; result: CountResult | undefined }) {
  const isEven = result !== undefined && result.keys > 0 && !advice.some(({ kind }) => kind === "skewed_sample");
  return (
    <section class="words" aria-label="In plain words" aria-live="polite">
      {isEven && homeless(result) === 0 ? (
        <p class="good">These keys spread as the shares say: no server has more or fewer than chance explains.</p>
      ) : null}
      <Paragraphs of={advice.map(({ text }) => text)} />
    </section>
  );
}
