import type { ViewProps } from "../view.ts";

export function BalanceView({ router }: ViewProps) {
  return <p class="empty">{router.nodes.length} nodes</p>;
}
