// Which dialect? The same key and the same servers under every rule, those that agree together.

import type { Key, Router } from "keyhome";
import { count } from "../../drawing/numbers.ts";
import { Exports } from "../../page/Exports.tsx";
import { KeyField } from "../../page/KeyField.tsx";
import { useSliced } from "../../page/useSliced.ts";
import { ask } from "../../pool/reading.ts";
import { asked } from "../../state/asked.ts";
import { configText, dialectsByName, dialectsDistribution, dialectsHash } from "../../state/inputs.ts";
import { current, servedAs } from "../../state/pools.ts";
import type { ViewProps } from "../view.ts";
import { Choices } from "./Choices.tsx";
import { RuleTable } from "./RuleTable.tsx";
import { exported } from "./exported.ts";
import { groupsOf, verdict } from "./groups.ts";
import { type ReadRule, SAMPLE, type Said, readRule, rulesOf } from "./rules.ts";
import "./dialects.css";

/** Thirteen rings of more would take long. */
const MOST_NODES = 2000;

export function DialectsView({ router }: ViewProps) {
  if (router.nodes.length <= MOST_NODES) return <Comparison router={router} />;
  return <p class="empty">Rules are compared for up to {count(MOST_NODES)} nodes; this pool has more.</p>;
}

function Comparison({ router }: ViewProps) {
  const choice = {
    hash: dialectsHash.value,
    distribution: dialectsDistribution.value,
    byName: dialectsByName.value,
  };
  const { pool } = { pool: undefined, ...current.value };
  const rules = rulesOf({ text: configText.value, pool, router }, servedAs.value, choice);
  const read = useSliced(rules, (rule) => readRule(rule, router), [router, ...Object.values(choice)]);
  const { key } = asked.value;
  return (
    <>
      <KeyField />
      <Choices />
      {key === undefined ? null : read.length < rules.length ? (
        <p class="soft" aria-live="polite">
          Making the rings: {count(read.length)} of {count(rules.length)} …
        </p>
      ) : (
        <Answers router={router} rules={read} asked={key} />
      )}
    </>
  );
}

function Answers({ router, rules, asked }: { router: Router; rules: readonly ReadRule[]; asked: Key }) {
  const explain = (rule: ReadRule): Said => {
    const { answer, error } = rule.router;
    return { ...rule, said: answer === undefined ? { error } : ask(() => answer.explain(asked)) };
  };
  const said = useSliced(rules, explain, [rules, asked]);
  const groups = groupsOf(said);
  const own = said[0]?.said.answer?.index;
  return (
    <>
      <p aria-live="polite" class="verdict">
        {said.length < rules.length ? "…" : verdict(router, groups, own)}
      </p>
      <RuleTable router={router} groups={groups} own={own} />
      <p class="soft">
        “Like your config”: how many of the {count(SAMPLE)} keys <code>key:0</code> to <code>key:{SAMPLE - 1}</code> the
        rule puts on the same server. One key may agree by chance.
      </p>
      <Exports of={exported(router, said)} />
    </>
  );
}
