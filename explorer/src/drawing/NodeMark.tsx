import { colourOf, inkOn } from "./colours.ts";
import "./node-mark.css";

/** A node's colour with its number in it: the key to all drawings. The number says it where the colour does not. */
export function NodeMark({ index }: { index: number }) {
  const colour = colourOf(index);
  return (
    <span class="node-mark" style={{ background: colour, color: inkOn(colour) }} aria-hidden="true">
      {index}
    </span>
  );
}

/** A node as it is named on all views: its mark and its name. */
export function NodeName({ index, name }: { index: number; name: string }) {
  return (
    <span class="node-name">
      <NodeMark index={index} />
      <span class="node-name-text" title={name}>{name}</span>
    </span>
  );
}

export interface FromToProps {
  readonly from: string | null;
  readonly to: string | null;
  readonly order: (name: string) => number;
}

/** Who had keys, and who has them then: two cells of a table. */
export function FromTo({ from, to, order }: FromToProps) {
  return [from, to].map((name, at) => (
    <td key={at}>
      {/* Slots of a cluster can be nobody's. */}
      {name === null ? <span class="soft">(nobody)</span> : <NodeName index={order(name)} name={name} />}
    </td>
  ));
}
