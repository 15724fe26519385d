import type { ViewProps } from "../view.ts";

export function ChangeView({ router }: ViewProps) {
  return <p class="empty">{router.nodes.length} nodes</p>;
}
