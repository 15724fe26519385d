// Small changes to the text of a config, which leave everything else in it as it stands: comments, order, other pools. By the
// editor's syntax tree, so that block and flow style and JSON are all the same. What comes out is read by keyhome like any
// other text: an edit that makes no sense is an error there.

import { yamlLanguage } from "@codemirror/lang-yaml";

type SyntaxNode = ReturnType<typeof yamlLanguage.parser.parse>["topNode"];

/** A change of a server; what is left out stays. */
export interface ServerChange {
  readonly name?: string;
  readonly address?: string;
  readonly weight?: number;
}

/** A server as its node says it: `name` is written where the config wrote one, or where it changes. */
export interface Server {
  readonly name: string;
  readonly address: string;
  readonly weight: number;
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** A pool in the text of a config, to be edited. */
export class PoolEdits {
  readonly #text: string;
  readonly #mapping: SyntaxNode;

  private constructor(text: string, mapping: SyntaxNode) {
    this.#text = text;
    this.#mapping = mapping;
  }

  /** None where the text has no such pool, or no pools, as that of CLUSTER NODES. */
  static find(text: string, pool: string): PoolEdits | undefined {
    const top = yamlLanguage.parser.parse(text).topNode.getChild("Document")?.firstChild;
    if (top === null || top === undefined) return undefined;
    const pair = pairsOf(top).find((pair) => keyOf(pair, text) === pool);
    const mapping = pair && valueOf(pair);
    return mapping !== undefined && isMapping(mapping) ? new PoolEdits(text, mapping) : undefined;
  }

  /** The text with a key of the pool set. */
  withOption(key: string, value: string): string {
    return this.#apply([this.#set(this.#mapping, key, value)]);
  }

  /** Items of `servers`. */
  #servers(): SyntaxNode[] {
    const pair = this.#pair(this.#mapping, "servers");
    return (pair && valueOf(pair)?.getChildren("Item")) ?? [];
  }

  /** The text with other servers in place of those at some indexes; what was written out stays written out. */
  withServers(changes: ReadonlyMap<number, ServerChange>, servers: readonly Server[]): string {
    const edits = this.#servers().flatMap((item, index) => {
      const change = changes.get(index);
      const server = servers[index];
      if (change === undefined || server === undefined) return [];
      const value = item.firstChild;
      if (value !== null && isMapping(value)) {
        return Object.entries(change).map(([key, to]) => this.#set(value, key, to));
      }
      return [{ from: item.from, to: item.to, insert: this.#line({ ...server, ...change }, this.#slice(item)) }];
    });
    return this.#apply(edits);
  }

  /** The text with one server more, behind the last. */
  withServerAdded(server: Server): string {
    const items = this.#servers();
    const last = items.at(-1);
    if (last === undefined) return this.#text;
    const before = items.find(({ firstChild }) => firstChild !== null && !isMapping(firstChild));
    const line = this.#line(server, before === undefined ? "" : this.#slice(before));
    const inFlow = last.parent?.name === "FlowSequence";
    const dash = last.prevSibling?.from ?? last.from;
    const indent = this.#text.slice(this.#text.lastIndexOf("\n", dash - 1) + 1, dash);
    return this.#apply([{ from: last.to, to: last.to, insert: inFlow ? `, ${line}` : `\n${indent}- ${line}` }]);
  }

  /** The text without the server at an index. */
  withServerRemoved(index: number): string {
    const items = this.#servers();
    const item = items[index];
    if (item === undefined) return this.#text;
    if (item.parent?.name === "FlowSequence") {
      const [before, after] = [items[index - 1], items[index + 1]];
      return this.#apply([{ from: before?.to ?? item.from, to: before === undefined ? (after?.from ?? item.to) : item.to, insert: "" }]);
    }
    const dash = item.prevSibling?.from ?? item.from;
    const start = this.#text.lastIndexOf("\n", dash - 1);
    const end = this.#text.indexOf("\n", item.to);
    return this.#apply([{ from: Math.max(start, 0), to: end < 0 ? this.#text.length : end, insert: "" }]);
  }

  /** A server as an item of the list, in the quotes of `like`. The name is left out where it is only the address again. */
  #line({ name, address, weight }: Server, like: string): string {
    const plain = name === address ? `${address}:${weight}` : `${address}:${weight} ${name}`;
    return this.#inJson || like.startsWith('"') ? JSON.stringify(plain) : like.startsWith("'") ? quoted(plain) : plain;
  }

  /** Sets a key of a mapping where it stands, or else in front of the others. */
  #set(mapping: SyntaxNode, key: string, value: string | number): Edit {
    const insert = scalar(value, this.#inJson);
    const pair = this.#pair(mapping, key);
    if (pair !== undefined) {
      const { from, to } = valueOf(pair) ?? { from: pair.to, to: pair.to };
      return { from, to, insert };
    }
    const first = pairsOf(mapping)[0];
    const at = first?.from ?? mapping.to;
    const name = this.#inJson ? JSON.stringify(key) : key;
    if (mapping.name === "FlowMapping") return { from: at, to: at, insert: `${name}: ${insert}, ` };
    const column = at - (this.#text.lastIndexOf("\n", at - 1) + 1);
    return { from: at, to: at, insert: `${name}: ${insert}\n${" ".repeat(column)}` };
  }

  get #inJson(): boolean {
    return /^\s*\{/u.test(this.#text);
  }

  #pair(mapping: SyntaxNode, key: string): SyntaxNode | undefined {
    return pairsOf(mapping).find((pair) => keyOf(pair, this.#text) === key);
  }

  #slice({ from, to }: SyntaxNode): string {
    return this.#text.slice(from, to);
  }

  #apply(edits: readonly Edit[]): string {
    let text = this.#text;
    for (const { from, to, insert } of edits.toSorted((a, b) => b.from - a.from)) {
      text = text.slice(0, from) + insert + text.slice(to);
    }
    return text;
  }
}

function isMapping({ name }: SyntaxNode): boolean {
  return name === "BlockMapping" || name === "FlowMapping";
}

function pairsOf(mapping: SyntaxNode): SyntaxNode[] {
  return mapping.getChildren("Pair");
}

function keyOf(pair: SyntaxNode, text: string): string | undefined {
  const key = pair.getChild("Key");
  if (key === null) return undefined;
  const written = text.slice(key.from, key.to);
  if (written.startsWith('"')) return textOf(written);
  return written.startsWith("'") ? written.slice(1, -1).replaceAll("''", "'") : written;
}

/** Text in double quotes. YAML has escapes that JSON has not; a name with one of them is nobody's. */
function textOf(written: string): string | undefined {
  try {
    return String(JSON.parse(written));
  } catch {
    return undefined;
  }
}

function valueOf(pair: SyntaxNode): SyntaxNode | undefined {
  const { lastChild } = pair;
  return lastChild === null || lastChild.name === ":" || lastChild.name === "Key" ? undefined : lastChild;
}

function scalar(value: string | number, inJson: boolean): string {
  if (typeof value === "number") return String(value);
  // What YAML reads as the text that it is; anything else in quotes.
  return !inJson && /^[\w./-]*$/u.test(value) ? value : JSON.stringify(value);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
