import { key } from "../../state/inputs.ts";
import { current } from "../../state/pools.ts";

export function WhereView() {
  const { router, error } = current.value;
  if (router === undefined) return <p role="alert">{error.message}</p>;
  return <p>{router.node(key.value).name}</p>;
}
