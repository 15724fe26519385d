import type { ViewProps } from "../view.ts";

export function FailureView({ router }: ViewProps) {
  return <p class="empty">{router.nodes.length} nodes</p>;
}
