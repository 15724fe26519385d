import type { ViewProps } from "../view.ts";

export function DialectsView({ router }: ViewProps) {
  return <p class="empty">{router.nodes.length} nodes</p>;
}
