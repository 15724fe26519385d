// The key's way in words, beside its drawing.

import type { Explanation } from "keyhome";
import { NodeName } from "../../drawing/NodeMark.tsx";
import { count } from "../../drawing/numbers.ts";
import type { Walk } from "./walk.ts";

export interface KeyWayProps {
  readonly explanation: Explanation;
  readonly names: readonly string[];
  readonly walk: Walk | undefined;
}

export function KeyWay({ explanation, names, walk }: KeyWayProps) {
  const { hash, place, index, node, next } = explanation;
  // Of 128 bits the highest 32 are drawn: how far that is says nothing about the hash.
  const isWide = typeof hash?.value === "string";
  const nextIndex = next === null ? -1 : names.indexOf(next);
  return (
    <dl class="key-way" aria-live="polite">
      {hash === null ? null : (
        <>
          <dt>hash</dt>
          <dd>
            <span class="digits">{typeof hash.value === "string" ? `0x${hash.value}` : count(hash.value)}</span> <span class="soft">{hash.algorithm}</span>
          </dd>
        </>
      )}
      <dt>meets</dt>
      <dd>
        <Place place={place} walk={isWide ? undefined : walk} />
      </dd>
      <dt>lives on</dt>
      <dd>
        <NodeName index={index} name={node} />
      </dd>
      <dt>if it dies</dt>
      <dd>{next === null ? "nobody has the key" : <NodeName index={nextIndex} name={next} />}</dd>
    </dl>
  );
}

function Place({ place, walk }: { place: Explanation["place"]; walk: Walk | undefined }) {
  switch (place.by) {
    case "point":
      return (
        <>
          point {count(place.position + 1)} of {count(place.points)}{" "}
          <span class="soft">
            made from “{place.label}”
            {walk === undefined ? null : `, ${count(walk.to - walk.at)} further`}
          </span>
        </>
      );
    case "list":
      return (
        <>
          place {count(place.position)} <span class="soft">the remainder by {count(place.length)}</span>
        </>
      );
    case "slot":
      return <>slot {count(place.slot)}</>;
    case "sum":
      return (
        <>
          the remainder of {count(place.sum)} by {count(place.nodes)}
        </>
      );
    case "only_node":
      return <>the only node</>;
  }
}
