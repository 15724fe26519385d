// Who gives how much to whom: nodes before on the left, nodes after on the right.

import { type SankeyGraph, sankey, sankeyLinkHorizontal } from "d3-sankey";
import { useRef } from "preact/hooks";
import { NOBODY, colourOf } from "./colours.ts";
import { theme } from "../page/theme.ts";
import { escaped, pageColours, svgDocument } from "./svg.ts";
import { useSize } from "./useSize.ts";
import type { DrawnFlows, FlowEnd } from "./flows.ts";
import "./flow-diagram.css";

interface Link {
  readonly source: number;
  readonly target: number;
  readonly value: number;
}

export interface FlowsProps {
  readonly drawn: DrawnFlows;
  /** The number of a node, the same before and after: its colour. */
  readonly order: (name: string) => number;
  /** An amount for people. */
  readonly said: (amount: number) => string;
}

interface Shape {
  readonly title: string;
  readonly path: string;
  readonly width: number;
  readonly colour: string;
}

interface Block {
  readonly label: string;
  readonly amount: string;
  readonly colour: string;
  readonly side: FlowEnd["side"];
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

interface Layout {
  readonly height: number;
  /** Whether amounts stand below names, for want of room. */
  readonly isNarrow: boolean;
  readonly shapes: readonly Shape[];
  readonly blocks: readonly Block[];
}

const BLOCK = 10;

export function FlowDiagram(props: FlowsProps) {
  const place = useRef<HTMLDivElement>(null);
  const { width } = useSize(place);
  const { height, isNarrow, shapes, blocks } = layout(props, width);
  return (
    <div ref={place} class="flow-diagram">
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label="What moves, from left to right; the table has the numbers">
        {shapes.map(({ title, path, width, colour }) => (
          <path key={title} d={path} fill="none" stroke={colour} stroke-width={width} class="flow">
            <title>{title}</title>
          </path>
        ))}
        {blocks.map((block) => (
          <g key={block.side + block.label}>
            <rect x={block.x} y={block.y} width={BLOCK} height={block.height} fill={block.colour} rx="2" />
            <text
              x={textX(block)}
              y={block.y + block.height / 2}
              dy={isNarrow ? "-0.25em" : "0.35em"}
              text-anchor={block.side === "from" ? "end" : "start"}
            >
              {block.label}{" "}
              <tspan class="flow-amount" {...(isNarrow ? { x: textX(block), dy: "1.2em" } : {})}>
                {block.amount}
              </tspan>
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

/** The same as a file. */
export function flowsSvg(props: FlowsProps): string {
  const width = 900;
  const { height, shapes, blocks } = layout(props, width);
  const { ground, text: ink } = pageColours();
  const drawnFlows = shapes.map(
    ({ title, path, width, colour }) =>
      `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-opacity="0.5"><title>${escaped(title)}</title></path>`,
  );
  const drawnBlocks = blocks.map(
    (block) =>
      `<rect x="${block.x}" y="${block.y}" width="${BLOCK}" height="${block.height}" fill="${block.colour}"/>` +
      `<text x="${textX(block)}" y="${block.y + block.height / 2}" dy="0.35em" fill="${ink}" ` +
      `text-anchor="${block.side === "from" ? "end" : "start"}">${escaped(`${block.label} ${block.amount}`)}</text>`,
  );
  return svgDocument(width, height, ground, [...drawnFlows, ...drawnBlocks].join(""));
}

function textX({ side, x }: Block): number {
  return side === "from" ? x - 6 : x + BLOCK + 6;
}

function layout({ drawn: { ends, flows }, order, said }: FlowsProps, width: number): Layout {
  const isNarrow = width < 560;
  const margin = isNarrow ? 0.28 * width : Math.min(190, 0.24 * width);
  const letters = Math.floor((margin - (isNarrow ? 6 : 60)) / 7.2);
  const most = Math.max(...(["from", "to"] as const).map((side) => ends.filter((end) => end.side === side).length));
  const height = Math.max(120, most * (isNarrow ? 44 : 34));
  const graph: SankeyGraph<FlowEnd, Link> = sankey<FlowEnd, Link>()
    .nodeWidth(BLOCK)
    .nodePadding(isNarrow ? 24 : 14)
    .nodeSort(null as unknown as undefined) // in their order: d3's type does not know that null means it
    .extent([
      [margin, 14],
      [Math.max(width - margin, margin + 2 * BLOCK + 40), height - 14],
    ])({
    nodes: ends.map((end) => ({ ...end })),
    links: flows.map(({ from, to, amount }) => ({ source: from, target: to, value: amount })),
  });
  const path = sankeyLinkHorizontal<FlowEnd, Link>();
  const colour = ({ name, lumped }: FlowEnd) => (name === null ? (lumped > 1 ? "#808894" : NOBODY[theme.value]) : colourOf(order(name)));
  return {
    height,
    isNarrow,
    shapes: graph.links.map((link) => {
      const [source, target] = [link.source, link.target] as unknown as [FlowEnd, FlowEnd];
      return {
        title: `${titleOf(source)} → ${titleOf(target)}: ${said(link.value)}`,
        path: path(link) ?? "",
        width: Math.max(1, link.width ?? 1),
        colour: colour(source),
      };
    }),
    blocks: graph.nodes.map((node) => ({
      label: shortened(titleOf(node), letters),
      amount: said(node.value ?? 0),
      colour: colour(node),
      side: node.side,
      x: node.x0 ?? 0,
      y: node.y0 ?? 0,
      height: Math.max(1, (node.y1 ?? 0) - (node.y0 ?? 0)),
    })),
  };
}

function titleOf({ name, lumped }: Pick<FlowEnd, "name" | "lumped">): string {
  return name ?? (lumped > 1 ? `${lumped} others` : "(nobody)");
}

function shortened(text: string, letters: number): string {
  return text.length > letters ? `${text.slice(0, Math.max(letters - 1, 3))}…` : text;
}
