// Asks the npm package what a request asks, as users call it, and gives what it says as JSON: in Node with either engine,
// in pages and in workers. It converts and decides nothing; `tests/src/doors/foreign.rs` asks, and compares.

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const fromHex = (digits) => Uint8Array.from({ length: digits.length / 2 }, (_, at) => parseInt(digits.substr(2 * at, 2), 16));

/** A key as text; as bytes where it is not UTF-8. */
function asText(bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    return bytes;
  }
}

/** Many keys, one behind the other. */
function pack(keys) {
  const offsets = new Uint32Array(keys.length + 1);
  keys.forEach((key, position) => (offsets[position + 1] = offsets[position] + key.length));
  const bytes = new Uint8Array(offsets[keys.length]);
  keys.forEach((key, position) => bytes.set(key, offsets[position]));
  return [bytes, offsets];
}

const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** What a call gives, as JSON can show it. */
function shown(value) {
  if (value instanceof Uint8Array) return { bytes: toHex(value) };
  if (Array.isArray(value)) return value.map(shown);
  if (value === null || typeof value !== "object") return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shown(member)]));
}

/** Whose the place is that an explanation names: the entry of a ring's point, or the one in which a position is. */
function ownerOf({ ends, owners }, { by, position = 0, slot, sum, nodes }) {
  if (by === "point") return owners[position];
  const at = by === "slot" ? slot : by === "sum" ? sum % nodes : position;
  return owners[ends.findIndex((end) => end >= at)];
}

/** A reply as clients hand it over that decode nothing: texts as bytes, maps as Maps. */
function undecoded(reply) {
  if (typeof reply === "string") return new TextEncoder().encode(reply);
  if (Array.isArray(reply)) return reply.map(undecoded);
  if (reply === null || typeof reply !== "object") return reply;
  return new Map(Object.entries(reply).map(([name, value]) => [undecoded(name), undecoded(value)]));
}

/**
 * A function from a request to its answer, both JSON.
 *
 * @param keyhome - the package
 * @param moreForms - the forms of keys that only this place has, by name: from bytes to the form
 */
export function adapter(keyhome, moreForms = {}) {
  const { Health, HotKeys, KeyhomeError, ReplicaSet, Router, engine, slot, slots, slotsPacked, version } = keyhome;
  const forms = { text: asText, bytes: (bytes) => bytes, ...moreForms };
  const sets = {};

  function keep({ set, keys }) {
    const bytes = keys.map(fromHex);
    sets[set] = Object.fromEntries(Object.entries(forms).map(([form, make]) => [form, bytes.map(make)]));
    sets[set].packed = pack(bytes);
    return keys.length;
  }

  const refusal = ({ code, line, column, position }) => ({ code, line, column, position });

  /** What a call says, or how it refuses. Whatever is not an error of keyhome's is not caught. */
  function outcome(name, call) {
    try {
      return { [name]: call() };
    } catch (error) {
      if (!(error instanceof KeyhomeError)) throw error;
      return { refused: refusal(error) };
    }
  }

  function routerOf({ config, pool, cluster, decoded, without = [] }) {
    let router;
    if (cluster === undefined) router = Router.fromConfig(config, pool ?? undefined);
    else router = Router.fromCluster(decoded ? cluster : undecoded(cluster));
    for (const names of without) router = router.without(names);
    return router;
  }

  const oneByOne = (keys, ask) =>
    keys.map((key) => {
      const { value, refused } = outcome("value", () => ask(key));
      return refused === undefined ? value : refused.code;
    });

  const homes = {
    index: (router, keys) => ({ homes: oneByOne(keys, router.index) }),
    node(router, keys) {
      const places = new Map(router.nodes.map((node, index) => [node, index]));
      return { homes: oneByOne(keys, (key) => places.get(router.node(key)) ?? "not one of the nodes") };
    },
    explain(router, keys) {
      let arcs;
      const home = (key) => {
        const { index, place } = router.explain(key);
        const owner = ownerOf((arcs ??= router.arcs()), place);
        return owner === index ? index : `${index}, and its arc is that of ${owner}`;
      };
      return { homes: oneByOne(keys, home) };
    },
    indexes: (router, keys) => outcome("homes", () => [...router.indexes(keys)]),
    packed: (router, keys) => outcome("homes", () => [...router.indexesPacked(...keys)]),
    group: (router, keys) => outcome("groups", () => [...router.group(keys)]),
  };

  const slotsOf = {
    slot: (keys) => ({ homes: oneByOne(keys, slot) }),
    slots: (keys) => outcome("homes", () => [...slots(keys)]),
    packed: (keys) => outcome("homes", () => [...slotsPacked(...keys)]),
  };

  /** A way is what is called, and the form of its keys: `index:text`, `packed`. */
  function inWays(ways, set, calls, ...first) {
    return ways.map((way) => {
      const [call, form = call] = way.split(":");
      return calls[call](...first, sets[set][form]);
    });
  }

  /** What a call says of each command, its words as text and all as bytes: the two must not differ. */
  function ofCommands(commands, name, call) {
    return commands.map((digits) => {
      const bytes = digits.map(fromHex);
      const [said, again] = [bytes.map(asText), bytes].map((words) => outcome(name, () => call(words)));
      if (JSON.stringify(said) !== JSON.stringify(again)) throw new Error(`${digits}: words as text and as bytes differ`);
      return said;
    });
  }

  const makes = {
    health: ({ rules, nodes }) => new Health(rules, nodes),
    replica_set: ({ index, options }, of) => new ReplicaSet(routerOf(of), index, options ?? undefined),
    hot_keys: (options) => new HotKeys(options),
    router: (_, of) => routerOf(of),
    module: () => keyhome,
  };

  const camelCase = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

  /** An argument of a replayed call: some are objects of one member that says what they stand for. */
  function argument(value) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return value ?? undefined;
    if ("key" in value) return asText(fromHex(value.key));
    if ("bytes" in value) return fromHex(value.bytes);
    if ("of" in value) return routerOf(value.of);
    if ("summary" in value) return HotKeys.fromBytes(fromHex(value.summary));
    return value;
  }

  /** Makes an object and calls it: a call that gives another object of the package goes on with that. */
  function replay({ make, of, calls }) {
    const [[kind, words]] = Object.entries(make);
    let asked = makes[kind](words, of);
    return calls.map(([name, words]) =>
      outcome("gives", () => {
        const member = camelCase(name);
        const holder = member in asked ? asked : asked.constructor;
        if (!(member in holder)) throw new Error(`there is no ${member}`);
        const given = typeof holder[member] === "function" ? holder[member](...words.map(argument)) : holder[member];
        if (![Router, HotKeys, Health].some((kind) => given instanceof kind)) return shown(given);
        asked = given;
        return null;
      }),
    );
  }

  const answers = {
    hello: () => ({ engine, version, forms: Object.keys(forms) }),
    keep,
    homes: ({ of, set, ways }) => inWays(ways, set, homes, routerOf(of)),
    slots: ({ set, ways }) => inWays(ways, set, slotsOf),
    successors({ of, set, n }) {
      const router = routerOf(of);
      return sets[set].bytes.map((key) => router.successors(key, n).map((node) => router.nodes.indexOf(node)));
    },
    nodes: ({ of }) => routerOf(of).nodes,
    balance: ({ of }) => routerOf(of).balance(),
    arcs({ text, without }) {
      const { by, size, ends, owners } = Router.read(text).without(without).arcs();
      return { by, size, ends: [...ends], owners: [...owners] };
    },
    pool_names: ({ text }) => keyhome.poolNames(text),
    diff: ({ of, other }) => routerOf(of).diff(routerOf(other)),
    fingerprint: ({ of }) => routerOf(of).fingerprint,
    settings: ({ of }) => keyhome.poolSettings(of.config, of.pool ?? undefined),
    command_keys: ({ args_hex }) => ofCommands(args_hex, "positions", keyhome.commandKeys),
    command_kinds: ({ args_hex }) =>
      ofCommands(args_hex, "kind", ([name, second]) => keyhome.commandKind(name ?? "", second)),
    command_routes: ({ args_hex }) => ofCommands(args_hex, "route", keyhome.commandRoute),
    replay,
  };

  return (request) => {
    const { ask, ...words } = JSON.parse(request);
    try {
      return JSON.stringify(outcome("answer", () => answers[ask](words)));
    } catch (error) {
      return JSON.stringify({ broken: String(error?.stack ?? error) });
    }
  };
}
