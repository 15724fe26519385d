import { useSignal } from "@preact/signals";
import type { Arcs, Explanation, Router } from "keyhome";
import { useLayoutEffect, useMemo } from "preact/hooks";
import { paletteOf } from "../../drawing/palette.ts";
import { KeyField } from "../../page/KeyField.tsx";
import { Problem } from "../../page/Problem.tsx";
import { theme } from "../../page/theme.ts";
import { ask } from "../../pool/reading.ts";
import { asked } from "../../state/asked.ts";
import { aloneNames } from "../../state/inputs.ts";
import { hexOf } from "../../text/hex.ts";
import type { ViewProps } from "../view.ts";
import { KeyWay } from "./KeyWay.tsx";
import { Looking } from "./Looking.tsx";
import { Nodes } from "./Nodes.tsx";
import { RingExports } from "./RingExports.tsx";
import { RingMap } from "./RingMap.tsx";
import { Strip } from "./Strip.tsx";
import { looked } from "./looking.ts";
import type { Cursor } from "./reading.ts";
import { walkOf } from "./walk.ts";
import "./ring.css";

export function RingView({ router }: ViewProps) {
  const { answer: arcs, error } = useMemo(() => ask(() => router.arcs()), [router]);
  const { key } = asked.value;
  const explained = useMemo(() => (key === undefined ? undefined : ask(() => router.explain(key))), [router, key]);
  if (error !== undefined) return <Problem error={error} title="There is nothing to draw" />;
  return (
    <>
      <KeyField />
      {explained?.error === undefined ? null : <Problem error={explained.error} />}
      {arcs.by === "only_node" ? (
        <p>
          The pool has one node, <b>{router.nodes[0]?.name}</b>: nothing is hashed, and every key lives on it.
        </p>
      ) : (
        <Ring router={router} arcs={arcs} explanation={explained?.answer} />
      )}
    </>
  );
}

function Ring({ router, arcs, explanation }: { router: Router; arcs: Arcs; explanation: Explanation | undefined }) {
  const balance = useMemo(() => router.balance(), [router]);
  const names = useMemo(() => router.nodes.map((node) => node.name), [router]);
  const walk = useMemo(
    () => (explanation === undefined ? undefined : walkOf(arcs, explanation, balance.range)),
    [arcs, explanation, balance],
  );
  const stretch = useMemo(() => looked(arcs, walk), [arcs, walk]);
  const cursor = useSignal<Cursor | undefined>(undefined);
  useLayoutEffect(() => {
    cursor.value = undefined;
  }, [arcs, walk]);

  const { value: shownTheme } = theme;
  const { value: alone } = aloneNames;
  const only = useMemo(() => {
    const indexes = names.flatMap((name, index) => (alone.includes(name) ? [index] : []));
    return indexes.length === 0 ? undefined : new Set(indexes);
  }, [names, alone]);
  const palette = useMemo(() => paletteOf(shownTheme, only), [shownTheme, only]);
  const hasMap = arcs.by === "ring" || arcs.by === "slots";
  return (
    <>
      <div class="ring-top">
        {hasMap ? (
          <RingMap arcs={arcs} nodes={names.length} palette={palette} walk={walk} stretch={stretch} cursor={cursor} />
        ) : null}
        <div class="ring-side">
          {explanation === undefined ? null : <KeyWay explanation={explanation} names={names} walk={walk} />}
          <Nodes arcs={arcs} names={names} balance={balance} only={only} />
        </div>
      </div>
      <section class="ring-stretch" aria-label="The stretch that is looked at">
        <Looking arcs={arcs} names={names} walk={walk} stretch={stretch} cursor={cursor} />
        <Strip
          arcs={arcs}
          names={names}
          palette={palette}
          walk={walk}
          keyLabel={labelOf(explanation)}
          stretch={stretch}
          cursor={cursor}
        />
      </section>
      <RingExports arcs={arcs} explanation={explanation} names={names} balance={balance} />
    </>
  );
}

/** The key, short enough for a mark. */
function labelOf(explanation: Explanation | undefined): string {
  if (explanation === undefined) return "";
  const { key } = asked.value;
  const text = explanation.key ?? (key instanceof Uint8Array ? `0x${hexOf(key)}` : "");
  if (text === "") return "the empty key";
  const letters = Array.from(text);
  return letters.length > 28 ? `${letters.slice(0, 27).join("")}…` : text;
}
