// What each rule says, those that agree together.

import type { Explanation, Router, Share } from "keyhome";
import { NodeName } from "../../drawing/NodeMark.tsx";
import { count, percent, shareCount } from "../../drawing/numbers.ts";
import { view } from "../../state/inputs.ts";
import { propose } from "../../state/proposal.ts";
import type { Group } from "./groups.ts";
import { type ReadRule, SAMPLE, type Said } from "./rules.ts";

export interface RuleTableProps {
  readonly router: Router;
  readonly groups: readonly Group[];
  /** The index of the node that the config's own rule says. */
  readonly own: number | undefined;
}

export function RuleTable({ router, groups, own }: RuleTableProps) {
  return (
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
            {hash === null ? "none" : <Value of={hash.value} />}
            {hash === null ? null : <div class="soft">{hash.algorithm}</div>}
          </td>
          <td>{place === undefined ? null : <Place of={place} />}</td>
        </>
      )}
      <td class="number">{rule.isOwn ? "" : sameText(rule)}</td>
      <td>
        {rule.isOwn || rule.router.answer === undefined ? null : (
          <button
            type="button"
            aria-label={`Move there… ${rule.title}`}
            title="What would a change to this rule move?"
            onClick={() => {
              propose(rule.config, rule.pool);
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

/** A hash value; one of 128 bits as its digits in hexadecimal, which are fewer. */
function Value({ of }: { of: Share }) {
  if (typeof of === "number") return <span class="value">{count(of)}</span>;
  return <span title={shareCount(of)}>0x{of}</span>;
}

function Place({ of }: { of: Explanation["place"] }) {
  switch (of.by) {
    case "only_node":
      return "the only node";
    case "point":
      return (
        <>
          <Value of={of.point} />
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

function sameText({ same, isSame }: ReadRule): string {
  if (isSame) return "every key";
  return same.answer === undefined ? "" : percent(same.answer / SAMPLE);
}
