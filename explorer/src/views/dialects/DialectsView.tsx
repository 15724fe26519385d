// Which dialect? The same key and the same servers under every rule, those that agree together.

import type { Explanation, Key, Router } from "keyhome";
import { NodeName } from "../../drawing/NodeMark.tsx";
import { count, percent, shareCount } from "../../drawing/numbers.ts";
import { Exports } from "../../page/Exports.tsx";
import { KeyField } from "../../page/KeyField.tsx";
import { useSliced } from "../../page/useSliced.ts";
import { type Answer, ask } from "../../pool/reading.ts";
import { TWEMPROXY_DISTRIBUTIONS, TWEMPROXY_HASHES } from "../../pool/variants.ts";
import { asked } from "../../state/asked.ts";
import {
  changedFile,
  changedPoolName,
  changedText,
  configText,
  dialectsByName,
  dialectsDistribution,
  dialectsHash,
  view,
} from "../../state/inputs.ts";
import { current, servedAs } from "../../state/pools.ts";
import type { ViewProps } from "../view.ts";
import { exported } from "./exported.ts";
import { type ReadRule, SAMPLE, readRule, rulesOf } from "./rules.ts";
import "./dialects.css";

/** Thirteen rings of more would take long. */
const MOST_NODES = 2000;

/** What a rule says of the key. */
export interface Said extends ReadRule {
  readonly said: Answer<Explanation>;
}

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

function Choices() {
  return (
    <div class="choices">
      <fieldset>
        <legend>Each client knows servers by</legend>
        {[true, false].map((byName) => (
          <label key={String(byName)}>
            <input
              type="radio"
              name="by"
              checked={dialectsByName.value === byName}
              onChange={() => {
                dialectsByName.value = byName;
              }}
            />{" "}
            {byName ? "name" : "address"}
          </label>
        ))}
      </fieldset>
      <span>
      <label>
        twemproxy with hash{" "}
        <select
          value={dialectsHash.value}
          onChange={(event) => {
            dialectsHash.value = event.currentTarget.value;
          }}
        >
          {TWEMPROXY_HASHES.map((hash) => (
            <option key={hash}>{hash}</option>
          ))}
        </select>
      </label>
      <label>
        and distribution{" "}
        <select
          value={dialectsDistribution.value}
          onChange={(event) => {
            dialectsDistribution.value = event.currentTarget.value;
          }}
        >
          {TWEMPROXY_DISTRIBUTIONS.map((distribution) => (
            <option key={distribution}>{distribution}</option>
          ))}
        </select>
      </label>
      </span>
    </div>
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
      <div class="scroll" tabIndex={0} role="group" aria-label="What each rule says">
        <table class="rules">
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col">Hash</th>
              <th scope="col">Place</th>
              <th scope="col" class="number" title={`Of the ${count(SAMPLE)} keys key:0 to key:${SAMPLE - 1}`}>
                Like your config
              </th>
              <th scope="col">
                <span class="unseen">Moving there</span>
              </th>
            </tr>
          </thead>
          {groups.map(({ index, rules }) => (
            <tbody key={String(index)}>
              <tr class="group">
                <th scope="rowgroup" colSpan={5}>
                  {index === undefined ? (
                    "No home"
                  ) : (
                    <NodeName index={index} name={router.nodes[index]?.name ?? String(index)} />
                  )}
                  <span class="soft">
                    {rules.length === 1 ? "1 rule" : `${count(rules.length)} rules`}
                    {index !== undefined && index === own ? ", your config among them" : ""}
                  </span>
                </th>
              </tr>
              {rules.map((rule) => (
                <Row key={rule.title} rule={rule} />
              ))}
            </tbody>
          ))}
        </table>
      </div>
      <p class="soft">
        “Like your config”: how many of the {count(SAMPLE)} keys <code>key:0</code> to <code>key:{SAMPLE - 1}</code> the
        rule puts on the same server. One key may agree by chance.
      </p>
      <Exports of={exported(router, said)} />
    </>
  );
}

function Row({ rule }: { rule: Said }) {
  const { answer, error } = rule.said;
  const { hash = null, place } = answer ?? {};
  return (
    <tr class={rule.isOwn ? "own" : undefined}>
      <th scope="row">
        {rule.isOwn ? <b>{rule.title}</b> : rule.title}
        {rule.isOwn && answer !== undefined ? <span class="soft"> {answer.dialect}</span> : null}
        <div class="soft who">{rule.who}</div>
      </th>
      {error !== undefined ? (
        <td colSpan={2}>
          {error.message} <code class="soft">{error.code}</code>
        </td>
      ) : (
        <>
          <td>
            {hash === null ? "none" : shareCount(hash.value)}
            {hash === null ? null : <div class="soft">{hash.algorithm}</div>}
          </td>
          <td>{place === undefined ? null : <Place of={place} />}</td>
        </>
      )}
      <td class="number">{rule.isOwn ? "" : sameText(rule.same)}</td>
      <td>
        {rule.isOwn || rule.router.answer === undefined ? null : (
          <button
            type="button"
            aria-label={`Move there… ${rule.title}`}
            title="What would a change to this rule move?"
            onClick={() => {
              changedText.value = rule.config;
              changedPoolName.value = rule.pool;
              changedFile.value = "nutcracker.new.yml";
              view.value = "change";
            }}
          >
            Move there…
          </button>
        )}
      </td>
    </tr>
  );
}

function Place({ of }: { of: Explanation["place"] }) {
  switch (of.by) {
    case "only_node":
      return "the only node";
    case "point":
      return (
        <>
          {shareCount(of.point)}
          <div class="soft">
            point {count(of.position + 1)} of {count(of.points)}, from “{of.label}”
          </div>
        </>
      );
    case "list":
      return (
        <>
          {count(of.position)}
          <div class="soft">in a list of {count(of.length)}</div>
        </>
      );
    case "slot":
      return (
        <>
          {of.slot}
          <div class="soft">the slot</div>
        </>
      );
    case "sum":
      return (
        <>
          {count(of.sum)}
          <div class="soft">modulo {count(of.nodes)}</div>
        </>
      );
  }
}

function sameText({ answer, error }: ReadRule["same"]): string {
  if (error !== undefined) return "";
  return percent((answer ?? SAMPLE) / SAMPLE);
}

interface Group {
  /** The node; none where the rules give no home. */
  readonly index: number | undefined;
  readonly rules: Said[];
}

/** Those that agree: the config's own first, then the largest. */
function groupsOf(said: readonly Said[]): Group[] {
  const groups = new Map<number | undefined, Said[]>();
  for (const rule of said) {
    const index = rule.said.answer?.index;
    const group = groups.get(index);
    if (group === undefined) groups.set(index, [rule]);
    else group.push(rule);
  }
  const own = (group: Group) => Number(group.rules.some((rule) => rule.isOwn));
  return Array.from(groups, ([index, rules]) => ({ index, rules })).sort(
    (a, b) => own(b) - own(a) || Number(a.index === undefined) - Number(b.index === undefined) || b.rules.length - a.rules.length,
  );
}

function verdict(router: Router, groups: readonly Group[], own: number | undefined): string {
  const homes = groups.filter((group) => group.index !== undefined);
  const others = homes.flatMap((group) => group.rules).filter((rule) => !rule.isOwn);
  if (own === undefined) return "Your config gives this key no home.";
  const same = others.filter((rule) => rule.said.answer?.index === own).length;
  const name = router.nodes[own]?.name ?? "";
  const nodes = homes.length === 1 ? "one node" : `${count(homes.length)} different nodes`;
  return `Your config and ${count(same)} of ${count(others.length)} other rules put this key on ${name}; all of them name ${nodes}.`;
}
