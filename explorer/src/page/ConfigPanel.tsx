// A config: the editor, how a text gets into it, its pools, and what keyhome made of it.

import type { EditorView } from "@codemirror/view";
import { type Signal, useSignal } from "@preact/signals";
import { type Router, poolSettings } from "keyhome";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import { count } from "../drawing/numbers.ts";
import { EXAMPLES } from "../pool/examples.ts";
import { LONGEST_CONFIG, type Reading, ask, tooLong } from "../pool/reading.ts";
import { Editor, goTo } from "./Editor.tsx";

export interface ConfigPanelProps {
  readonly title: string;
  /** The text, the pool that was chosen, and what its file is called. */
  readonly text: Signal<string>;
  readonly pool: Signal<string>;
  readonly file: Signal<string>;
  /** What keyhome made of it. */
  readonly reading: Reading;
  /** Whether it is the one that a file dropped beside all fields is meant for, and a text pasted into an empty page. */
  readonly isMain?: boolean;
}

const hasFile = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;

export function ConfigPanel({ title, text, pool, file, reading, isMain = false }: ConfigPanelProps) {
  const id = useId();
  const editor = useRef<EditorView>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const isOver = useSignal(false);
  /** On narrow screens the editor can make room for the answers. */
  const isOpen = useSignal(true);
  /** Why a text was not taken; said until there is another one. */
  const refused = useSignal({ beside: "", why: "" });

  const refuse = (length: number) => {
    const why = `${tooLong(length).message}. Keys belong under “Is it balanced?”.`;
    refused.value = { beside: text.value, why };
  };
  const take = async (from: File | undefined) => {
    if (from === undefined) return;
    if (from.size > LONGEST_CONFIG) return refuse(from.size);
    const read = await from.text();
    pool.value = "";
    file.value = from.name;
    text.value = read;
  };
  useEffect(() => {
    if (!isMain) return undefined;
    const listeners = new AbortController();
    const { signal } = listeners;
    // Else the browser would leave the page and show the file.
    const onDrag = (event: DragEvent) => {
      if (event.defaultPrevented || !hasFile(event)) return;
      event.preventDefault();
      if (event.type === "drop") void take(event.dataTransfer?.files[0]);
    };
    addEventListener("dragover", onDrag, { signal });
    addEventListener("drop", onDrag, { signal });
    const onPaste = (event: ClipboardEvent) => {
      const pasted = event.clipboardData?.getData("text/plain") ?? "";
      const isElsewhere = event.target instanceof Element && event.target.closest("input, textarea, .editor") !== null;
      if (isElsewhere || pasted === "" || text.value.trim() !== "") return;
      event.preventDefault();
      if (pasted.length > LONGEST_CONFIG) refuse(pasted.length);
      else text.value = pasted;
    };
    addEventListener("paste", onPaste, { signal });
    return () => listeners.abort();
  }, [text]);

  return (
    <section
      class={`config${isOver.value ? " over" : ""}${isOpen.value ? "" : " folded"}`}
      aria-labelledby={id}
      // In the capture phase: else the editor would take the file for a text to insert.
      onDragOverCapture={(event) => {
        if (!hasFile(event)) return;
        event.preventDefault();
        event.stopPropagation();
        isOver.value = true;
      }}
      onDragLeave={() => {
        isOver.value = false;
      }}
      onDropCapture={(event) => {
        isOver.value = false;
        if (!hasFile(event)) return;
        event.preventDefault();
        event.stopPropagation();
        void take(event.dataTransfer?.files[0]);
      }}
    >
      <header class="bar">
        <h2 id={id}>{title}</h2>
        {reading.router !== undefined && reading.pools.length > 1 ? (
          <label class="pool">
            Pool
            <select
              value={reading.pool ?? ""}
              onChange={(event) => {
                pool.value = event.currentTarget.value;
              }}
            >
              {reading.pools.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        <span class="space" />
        <label>
          <span class="unseen">Example</span>
          <select
            value=""
            onChange={(event) => {
              const example = EXAMPLES[Number(event.currentTarget.value)];
              event.currentTarget.value = "";
              if (example === undefined) return;
              pool.value = "";
              file.value = example.file;
              text.value = example.text;
            }}
          >
            <option value="">Examples…</option>
            {EXAMPLES.map((example, at) => (
              <option key={example.title} value={String(at)}>
                {example.title}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => chooser.current?.click()}>
          Open…
        </button>
        <input
          type="file"
          class="unseen"
          tabIndex={-1}
          aria-label={`${title}: a file`}
          ref={chooser}
          onChange={(event) => {
            void take(event.currentTarget.files?.[0]);
            event.currentTarget.value = "";
          }}
        />
      </header>
      <Editor
        label={title}
        text={text}
        wrong={text.value.trim() === "" ? undefined : reading.error}
        onTooLong={refuse}
        hint="Paste or drop a config here"
        onMade={(made) => {
          editor.current = made;
        }}
      />
      <footer class="status">
        <div aria-live="polite">
          {refused.value.why === "" || refused.value.beside !== text.value ? null : <p class="wrong">{refused.value.why}</p>}
          {reading.router !== undefined ? (
            <Summary text={text.value} reading={reading} />
          ) : text.value.trim() === "" ? (
            <span class="soft">Nothing yet.</span>
          ) : (
            <div class="problem">
              <p>{reading.error.message}</p>
              <code>{reading.error.code}</code>{" "}
              {reading.error.line === undefined ? null : (
                <button
                  type="button"
                  class="link"
                  onClick={() => {
                    isOpen.value = true;
                    if (editor.current !== null) goTo(editor.current, reading.error);
                  }}
                >
                  Go to line {reading.error.line}
                </button>
              )}
            </div>
          )}
        </div>
        {isMain ? (
          <button
            type="button"
            class="fold link"
            aria-expanded={isOpen.value}
            onClick={() => {
              isOpen.value = !isOpen.value;
            }}
          >
            {isOpen.value ? "Hide the config" : "Show the config"}
          </button>
        ) : null}
      </footer>
    </section>
  );
}

/** What keyhome has read: how many nodes, and by which rule they share the keys. */
function Summary({ text, reading }: { text: string; reading: Reading & { router: Router } }) {
  const { nodes } = reading.router;
  const replicas = nodes.reduce((sum, node) => sum + node.replicas.length, 0);
  const parts = [counted(nodes.length, "node")];
  if (replicas > 0) parts.push(counted(replicas, "replica"));
  // What CLUSTER NODES prints has no settings.
  const settings = useMemo(() => ask(() => poolSettings(text, reading.pool)).answer, [text, reading.pool]);
  const rule = [settings?.dialect ?? "redis-cluster", settings?.hash, settings?.distribution];
  return (
    <span>
      {parts.join(", ")} · <span class="soft">{rule.filter((word) => word !== undefined).join(", ")}</span>
    </span>
  );
}

function counted(number: number, one: string): string {
  return `${count(number)} ${number === 1 ? one : `${one}s`}`;
}
