// Every case of the contract but those of commands, asked of the package that is passed in; plain JavaScript, so that it
// runs in pages and workers alike.

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const fromHex = (digits) => Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));

function asText(key) {
  try {
    return decoder.decode(key);
  } catch {
    return key;
  }
}

function pack(keys) {
  const offsets = new Uint32Array(keys.length + 1);
  keys.forEach((key, position) => (offsets[position + 1] = offsets[position] + key.length));
  const bytes = new Uint8Array(offsets[keys.length]);
  keys.forEach((key, position) => bytes.set(key, offsets[position]));
  return [bytes, offsets];
}

/** Equal as JSON with sorted members, typed arrays as lists. */
function canonical(value) {
  if (ArrayBuffer.isView(value)) return canonical([...value]);
  if (Array.isArray(value)) return `[${value.map(canonical)}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.keys(value).filter((name) => value[name] !== undefined).sort();
    return `{${members.map((name) => `${name}:${canonical(value[name])}`)}}`;
  }
  return JSON.stringify(value) ?? "undefined";
}

function same(given, wanted, about) {
  if (canonical(given) === canonical(wanted)) return;
  throw new Error(`${about}: ${canonical(given).slice(0, 300)}, not ${canonical(wanted).slice(0, 300)}`);
}

/** The contract excepts keys that are not UTF-8 in a `charsum` pool of one node. */
const isExcepted = (name, key) => /^charsum 1(,|$)/.test(name) && typeof asText(key) !== "string";

export function runner(keyhome) {
  const { KeyhomeError, Router, slot, slots, slotsPacked } = keyhome;

  function outcome(call) {
    try {
      return { value: call() };
    } catch (error) {
      if (!(error instanceof KeyhomeError)) throw error;
      const { code, line, column, position } = error;
      return { code, line, column, position };
    }
  }

  const routerOf = (one) => {
    const router = Router.fromConfig(one.config, one.pool ?? undefined);
    return one.without?.length ? router.without(one.without) : router;
  };

  function homes(router, { name, keys_hex, indexes, errors = {} }) {
    const keys = keys_hex.map(fromHex);
    const wanted = keys.map((key, position) => {
      if (isExcepted(name, key)) return { code: "key.encoding" };
      return indexes[position] === null ? { code: errors[position] } : { value: indexes[position] };
    });
    keys.forEach((key, position) => {
      for (const form of [key, asText(key)]) {
        const { value, code } = outcome(() => router.index(form));
        same({ value, code }, wanted[position], keys_hex[position]);
      }
    });
    const first = wanted.findIndex((home) => home.code !== undefined);
    const together = first < 0 ? { value: indexes } : { code: wanted[first].code, position: first };
    same(outcome(() => router.indexes(keys.map(asText))), together, "indexes");
    same(outcome(() => router.indexesPacked(...pack(keys))), together, "indexesPacked");
    const grouped = outcome(() => [...router.group(keys).values()].reduce((sum, some) => sum + some.length, 0));
    same(grouped, first < 0 ? { value: keys.length } : together, "group");
    return keys.length;
  }

  const files = {
    placement: (one) => homes(routerOf(one), one),
    without(one) {
      let router = Router.fromConfig(one.config, one.pool ?? undefined);
      let keys = 0;
      for (const step of one.steps) {
        const next = outcome(() => router.without(step.names));
        same(next.code, step.error, step.names.join());
        if (next.code !== undefined) continue;
        router = next.value;
        keys += homes(router, { ...step, name: one.name, keys_hex: one.keys_hex });
      }
      return keys;
    },
    successors(one) {
      const router = routerOf(one);
      one.keys_hex.forEach((key, position) => {
        const given = router.successors(fromHex(key), one.n).map((node) => router.nodes.indexOf(node));
        same(given, one.successors[position], key);
      });
      return one.keys_hex.length;
    },
    balance(one) {
      const { range, shares, uncovered } = routerOf(one).balance();
      same({ range, shares, uncovered }, { range: one.range, shares: one.shares, uncovered: one.uncovered }, "balance");
      return shares.length;
    },
    diff(one) {
      const { name, old, new: changed, ...wanted } = one;
      same(Router.fromConfig(old).diff(Router.fromConfig(changed)), wanted, "diff");
      return 1;
    },
    fingerprint(one) {
      const groups = one.groups.map((group) => new Set(group.map((config) => Router.fromConfig(config).fingerprint)));
      for (const group of groups) same(group.size, 1, "one fingerprint in a group");
      same(new Set(groups.flatMap((group) => [...group])).size, groups.length, "groups apart");
      return one.groups.flat().length;
    },
    slots(one) {
      const keys = one.keys_hex.map(fromHex);
      same(keys.map((key) => slot(key)), one.slots, "slot");
      same(keys.map((key) => slot(asText(key))), one.slots, "slot of text");
      same(slots(keys), one.slots, "slots");
      same(slotsPacked(...pack(keys)), one.slots, "slotsPacked");
      return keys.length;
    },
    cluster(one) {
      const made = outcome(() => Router.fromCluster(one.reply));
      same(made.code, one.error, "error");
      if (made.code !== undefined) return 1;
      const nodes = made.value.nodes.map(({ name, address, replicas }) => {
        return { name, address, replicas: replicas.map((replica) => replica.address).sort() };
      });
      same(nodes, one.nodes.map((node) => ({ ...node, replicas: [...node.replicas].sort() })), "nodes");
      return homes(made.value, one);
    },
    config(one) {
      for (const pool of one.pools) {
        const { nodes } = Router.fromConfig(one.config, pool.name);
        same(nodes.length, pool.nodes.length, pool.name);
        pool.nodes.forEach((node, index) => {
          same(Object.fromEntries(Object.keys(node).map((field) => [field, nodes[index][field]])), node, node.name);
        });
      }
      return one.pools.length;
    },
    config_errors(one) {
      const given = outcome(() => Router.fromConfig(one.config, one.pool ?? undefined));
      same(given.code, one.code, "code");
      if (one.line !== null) same(given.line, one.line, "line");
      if (one.column !== null) same(given.column, one.column, "column");
      return 1;
    },
  };

  /** The counts of a file, and what is wrong. */
  return (name, cases) => {
    let items = 0;
    const wrong = [];
    for (const one of cases) {
      try {
        items += files[name](one);
      } catch (error) {
        wrong.push(`${name}: ${one.name}: ${error.message}`);
      }
    }
    return { cases: cases.length, items, wrong };
  };
}

export const FILES = [
  "placement", "without", "successors", "balance", "diff", "fingerprint", "slots", "cluster", "config", "config_errors",
];

export async function ask(keyhome) {
  const run = runner(keyhome);
  const answers = {};
  for (const name of FILES) answers[name] = run(name, await (await fetch(`/contract/${name}.json`)).json());
  return answers;
}
