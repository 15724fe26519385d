// What the types promise. `tsc` compiles this; nothing runs it.

import {
  type Arcs,
  type Balance,
  type ClusterReply,
  type CommandKind,
  type CommandRoute,
  type Diff,
  type ErrorCode,
  type Estimate,
  type Explanation,
  Health,
  type HealthEvent,
  type HealthRules,
  type HotKey,
  HotKeys,
  type Key,
  type KeyCopy,
  KeyhomeError,
  type LiveSet,
  type Node,
  type PoolSettings,
  type Positions,
  ReplicaSet,
  Router,
  commandKeys,
  commandKind,
  commandRoute,
  engine,
  init,
  isFailure,
  poolNames,
  poolSettings,
  scanNext,
  scanTarget,
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
exactly<Equal<ReturnType<Router["arcs"]>, Arcs>>();
exactly<Equal<Arcs["by"], Positions>>();
exactly<Equal<Arcs["ends"], Uint32Array>>();
exactly<Equal<typeof Router.read, typeof Router.fromConfig>>();
exactly<Equal<ReturnType<typeof poolNames>, string[]>>();
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

exactly<Equal<ReturnType<Router["copies"]>, KeyCopy[]>>();
exactly<Equal<ReturnType<Router["withoutIndexes"]>, Router>>();
exactly<Equal<ReturnType<typeof commandKeys>, number[]>>();
exactly<Equal<ReturnType<typeof commandRoute>, CommandRoute>>();
exactly<Equal<ReturnType<typeof commandKind>, CommandKind>>();
exactly<Equal<CommandKind["only_key"], number | null>>();
exactly<Equal<CommandRoute["keys"], readonly number[]>>();
exactly<Equal<ReturnType<typeof scanTarget>, { node: number; cursor: string }>>();
exactly<Equal<ReturnType<typeof isFailure>, boolean>>();
commandKeys(["SET", bytes, 1] as const);
const cursors: string[] = [scanNext("0", 17, 3), scanNext(0, 17n, 3), scanTarget(0n, 3).cursor];

const settings: PoolSettings = poolSettings("text", "pool");
const hash: string | number | boolean | null | undefined = settings["hash"];
const health = new Health(settings, 3);
new Health({}, 3);
new Health({ on_failure: "probe", server_failure_limit: undefined }, 3);
exactly<Equal<ReturnType<Health["update"]>, LiveSet>>();
exactly<Equal<ReturnType<Health["gone"]>, number[]>>();
exactly<Equal<Parameters<Health["reloaded"]>, [rules: HealthRules, old: Router, router: Router, now: number]>>();
exactly<Equal<ReturnType<Health["reloaded"]>, Health>>();
exactly<Equal<ReturnType<Health["nextCheck"]>, number | null>>();
exactly<Equal<Health["live"], number>>();
const away: number[] = health.takeEvents().map((event: HealthEvent) => (event.event === "returned" ? event.away : event.until));
health.report(0, "check_passed", 1);
const ejections: number = health.snapshot().nodes[0]!.ejections;

const replicas = new ReplicaSet(router, 0, settings);
const endpoints: number[] = [new ReplicaSet(router, 0).choose(1, 2), replicas.choose(1, 2, "primary"), replicas.count];
const places: (number | null)[] = replicas.replace(router, 0);

const hot = new HotKeys({ capacity: 9 });
exactly<Equal<ReturnType<HotKeys["top"]>, HotKey[]>>();
exactly<Equal<ReturnType<HotKeys["estimate"]>, Estimate>>();
hot.record(bytes, 1, 2);
hot.merge(HotKeys.fromBytes(hot.toBytes()));
const capacity: number | undefined = hot.options.capacity;
console.log(cursors, hash, away, ejections, endpoints, places, capacity);

// @ts-expect-error: no such word
new Health({ on_failure: "retry" }, 3);
// @ts-expect-error: no such rule
new Health({ eject: true }, 3);
// @ts-expect-error: no such word
health.report(0, "timeout", 1);
// @ts-expect-error: times are numbers
health.update(1n);
// @ts-expect-error: made of a router
new ReplicaSet([], 0);
// @ts-expect-error: no such word
replicas.choose(1, 2, "nearby");
// @ts-expect-error: the words are text, bytes or numbers
commandKeys(["GET", 1n]);
// @ts-expect-error: keys are text or bytes
hot.record(1, 1);

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
