// What the types promise. `tsc` compiles this; nothing runs it.

import {
  type Balance,
  type ClusterReply,
  type Diff,
  type ErrorCode,
  type Explanation,
  type Key,
  KeyhomeError,
  type Node,
  Router,
  engine,
  init,
  slot,
  slots,
  slotsPacked,
  version,
} from "keyhome";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function exactly<_ extends true>(): void {}

const router = Router.fromConfig("text", "pool");
exactly<Equal<typeof router, Router>>();
exactly<Equal<ReturnType<Router["index"]>, number>>();
exactly<Equal<ReturnType<Router["node"]>, Node>>();
exactly<Equal<ReturnType<Router["indexes"]>, Uint32Array>>();
exactly<Equal<ReturnType<Router["group"]>, Map<number, number[]>>>();
exactly<Equal<Router["nodes"], readonly Node[]>>();
exactly<Equal<ReturnType<Router["explain"]>, Explanation>>();
exactly<Equal<ReturnType<Router["balance"]>, Balance>>();
exactly<Equal<ReturnType<Router["diff"]>, Diff>>();
exactly<Equal<Router["fingerprint"], string>>();
exactly<Equal<typeof engine, "native" | "wasm">>();
exactly<Equal<typeof version, string>>();
exactly<Equal<ReturnType<typeof slots>, Uint16Array>>();
exactly<Equal<Key, string | Uint8Array>>();

const bytes = Buffer.from("key");
const numbers: number[] = [router.index("key"), router.index(bytes), slot("key"), slot(bytes)];
const packed: [Uint32Array, Uint16Array] = [router.indexesPacked(bytes, new Uint32Array(2)), slotsPacked(bytes, new Uint32Array(2))];
const next: Node[] = router.without(["a"] as const).successors("key", 2);
const pass: (key: string) => number = router.index;
await init();

// What clients hand over.
const replies: ClusterReply[] = [
  "text",
  bytes,
  [[0, 16383, ["host", 6379, "id", []]]],
  [new Map<string, ClusterReply>([["slots", [0, 16383]]])],
  [{ slots: [0n, 16383n], nodes: [{ id: Buffer.from("id"), port: 1 }] }],
];
for (const reply of replies) Router.fromCluster(reply);

const diff = router.diff(router);
if (diff.exact) diff.moves.map((move) => move.share);
// @ts-expect-error: only an exact diff has moves
diff.moves;

const { place } = router.explain("key");
if (place.by === "point") place.label.length;

try {
  slot("key");
} catch (error) {
  if (error instanceof KeyhomeError) {
    const code: ErrorCode = error.code;
    const place: [number | undefined, number | undefined, number | undefined] = [error.line, error.column, error.position];
    // @ts-expect-error: no such code
    if (error.code === "key.typo") throw code;
    else console.log(place);
  }
}

// @ts-expect-error: keys are text or bytes
router.index(1);
// @ts-expect-error: made by fromConfig and fromCluster
new Router();
// @ts-expect-error: nodes do not change
router.nodes[0]!.name = "other";
// @ts-expect-error: nor does their list
router.nodes.push(next[0]!);
// @ts-expect-error: offsets are a Uint32Array
router.indexesPacked(bytes, [0, 3]);
// @ts-expect-error: a list of names
router.without("a");

console.log(numbers, packed, pass);
