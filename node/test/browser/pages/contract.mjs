// Every case of the contract but those of commands, asked of the package that is passed in, in pages and workers alike:
// quickly, to see that a bundle works. `cargo xtask test doors` asks more ways, of a plain page.

import { adapter } from "./adapter.mjs";

/** Equal as JSON with sorted members. */
function canonical(value) {
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
function isExcepted(name, digits) {
  if (!/^charsum 1(,|$)/.test(name)) return false;
  try {
    decodeURIComponent(digits.replace(/../g, "%$&"));
    return false;
  } catch {
    return true;
  }
}

export function runner(keyhome) {
  const door = adapter(keyhome);

  /** The answer, or how it was refused. */
  function outcome(ask, words) {
    const { answer, refused, broken } = JSON.parse(door(JSON.stringify({ ask, ...words })));
    if (broken !== undefined) throw new Error(broken);
    return refused === undefined ? { answer } : { refused };
  }

  function said(ask, words) {
    const { answer, refused } = outcome(ask, words);
    if (refused !== undefined) throw new Error(`${ask}: refused with ${refused.code}`);
    return answer;
  }

  const of = ({ config, pool, without }) => ({ config, pool, without: without?.length ? [without] : [] });

  function homes(of, { name, keys_hex, indexes, errors = {} }) {
    const wanted = keys_hex.map((digits, position) => {
      if (isExcepted(name, digits)) return "key.encoding";
      return indexes[position] ?? errors[position];
    });
    said("keep", { set: "case", keys: keys_hex });
    const ways = ["index:text", "index:bytes", "indexes:text", "packed", "group:bytes"];
    const [text, bytes, ...batches] = said("homes", { of, set: "case", ways });
    same(text.homes, wanted, "texts");
    same(bytes.homes, wanted, "bytes");
    const position = wanted.findIndex((home) => typeof home === "string");
    for (const { homes, groups, refused } of batches) {
      if (position >= 0) same(refused, { code: wanted[position], position }, "a batch");
      else if (homes !== undefined) same(homes, wanted, "a batch");
      else for (const [index, positions] of groups) same(positions.map((at) => wanted[at]), positions.map(() => index), "a group");
    }
    return keys_hex.length;
  }

  const files = {
    placement: (one) => homes(of(one), one),
    without(one) {
      const router = { ...of(one), without: [] };
      let keys = 0;
      for (const step of one.steps) {
        const without = [...router.without, step.names];
        same(outcome("nodes", { of: { ...router, without } }).refused?.code, step.error, step.names.join());
        if (step.error !== undefined) continue;
        router.without = without;
        keys += homes(router, { ...step, name: one.name, keys_hex: one.keys_hex });
      }
      return keys;
    },
    successors(one) {
      said("keep", { set: "case", keys: one.keys_hex });
      same(said("successors", { of: of(one), set: "case", n: one.n }), one.successors, "successors");
      return one.keys_hex.length;
    },
    balance({ range, shares, uncovered, ...one }) {
      same(said("balance", { of: of(one) }), { range, shares, uncovered }, "balance");
      return shares.length;
    },
    diff({ name, old, new: changed, ...wanted }) {
      same(said("diff", { of: { config: old }, other: { config: changed } }), wanted, "diff");
      return 1;
    },
    fingerprint({ groups }) {
      const fingerprint = (config) => said("fingerprint", { of: { config } });
      const all = groups.map((group) => new Set(group.map(fingerprint)));
      for (const group of all) same(group.size, 1, "one fingerprint in a group");
      same(new Set(all.flatMap((group) => [...group])).size, groups.length, "groups apart");
      return groups.flat().length;
    },
    slots(one) {
      said("keep", { set: "case", keys: one.keys_hex });
      const ways = ["slot:text", "slot:bytes", "slots:text", "slots:bytes", "packed"];
      for (const { homes } of said("slots", { set: "case", ways })) same(homes, one.slots, "slots");
      return one.keys_hex.length;
    },
    cluster(one) {
      const of = { cluster: one.reply, decoded: true };
      const { answer, refused } = outcome("nodes", { of });
      same(refused?.code, one.error, "error");
      if (refused !== undefined) return 1;
      const nodes = answer.map(({ name, address, replicas }) => {
        return { name, address, replicas: replicas.map((replica) => replica.address).sort() };
      });
      same(nodes, one.nodes.map((node) => ({ ...node, replicas: [...node.replicas].sort() })), "nodes");
      return homes(of, one);
    },
    config({ config, pools }) {
      for (const pool of pools) {
        const nodes = said("nodes", { of: { config, pool: pool.name } });
        same(nodes.length, pool.nodes.length, pool.name);
        pool.nodes.forEach((node, index) => {
          same(Object.fromEntries(Object.keys(node).map((field) => [field, nodes[index][field]])), node, node.name);
        });
      }
      return pools.length;
    },
    config_errors({ config, pool, code, line, column }) {
      const { refused } = outcome("nodes", { of: { config, pool } });
      same(refused?.code, code, "code");
      if (line !== null) same(refused.line, line, "line");
      if (column !== null) same(refused.column, column, "column");
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
