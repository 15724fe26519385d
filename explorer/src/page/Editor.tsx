// The editor of a config: CodeMirror with the colours of YAML and a mark where keyhome found an error.

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { type Signal, effect } from "@preact/signals";
import type { KeyhomeError } from "keyhome";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { LONGEST_CONFIG } from "../pool/reading.ts";

/** A longer text takes a moment to be read, and is read when the operator pauses, for so many milliseconds. */
const SOON = 100_000;
const PAUSE = 250;

/** Where a text is wrong. */
type Wrong = Pick<KeyhomeError, "message" | "line" | "column">;

const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
    { tag: [tags.string, tags.special(tags.string)], color: "var(--code-text)" },
    { tag: [tags.lineComment, tags.comment], color: "var(--text-soft)" },
    { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: "var(--text-soft)" },
    { tag: [tags.meta, tags.keyword, tags.typeName, tags.labelName], color: "var(--code-word)" },
  ]),
);

/** The place of an error in a document; an error about no place has none. */
function diagnosticOf(state: EditorState, wrong: Wrong | undefined): Diagnostic[] {
  if (wrong?.line === undefined || wrong.line > state.doc.lines) return [];
  const line = state.doc.line(wrong.line);
  // Columns count code points, positions in the document UTF-16 code units.
  const before = Array.from(line.text).slice(0, (wrong.column ?? 1) - 1).join("").length;
  const from = Math.min(line.from + before, line.to);
  return [{ from, to: Math.max(line.to, from), severity: "error", message: wrong.message }];
}

/** Moves the cursor of an editor to where the text is wrong. */
export function goTo(view: EditorView, wrong: Wrong): void {
  const [place] = diagnosticOf(view.state, wrong);
  if (place === undefined) return;
  view.dispatch({ selection: { anchor: place.from }, effects: EditorView.scrollIntoView(place.from, { yMargin: 40 }) });
  view.focus();
}

export interface EditorProps {
  /** What the text is, for those who do not see it. */
  readonly label: string;
  /** The text: the editor follows it, and it follows the editor. */
  readonly text: Signal<string>;
  /** What is wrong with it, if anything is. */
  readonly wrong: Wrong | undefined;
  /** What an empty editor says. */
  readonly hint: string;
  /** Is told of a pasted text that is too long for a config; it is not taken. */
  readonly onTooLong: (length: number) => void;
  /** Gives the editor to whom it belongs. */
  readonly onMade?: (view: EditorView) => void;
}

export function Editor({ label, text, wrong, hint, onTooLong, onMade }: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(null);

  // Before the page is shown: a button pressed at once finds an editor that follows its text.
  useLayoutEffect(() => {
    if (place.current === null) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: text.peek(),
        extensions: [
          lineNumbers(),
          lintGutter(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          bracketMatching(),
          yaml(),
          colours,
          placeholder(hint),
          EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", tabindex: "0" }),
          // Tab leaves the editor, as it leaves any field: who uses the keyboard must not be caught in it.
          keymap.of([...defaultKeymap, ...historyKeymap]),
          EditorView.domEventHandlers({
            // It would be drawn, coloured and read for half a minute, only to be refused.
            paste: (event) => {
              const length = event.clipboardData?.getData("text/plain").length ?? 0;
              if (length <= LONGEST_CONFIG) return false;
              event.preventDefault();
              onTooLong(length);
              return true;
            },
          }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            clearTimeout(timer);
            const { doc } = update.state;
            if (doc.length < SOON) text.value = doc.toString();
            else timer = setTimeout(() => (text.value = doc.toString()), PAUSE);
          }),
        ],
      }),
    });
    editor.current = view;
    onMade?.(view);
    const unfollow = effect(() => {
      const { value } = text;
      if (value === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
    });
    return () => {
      clearTimeout(timer);
      unfollow();
      view.destroy();
    };
  }, [text]);

  useEffect(() => {
    const view = editor.current;
    if (view !== null) view.dispatch(setDiagnostics(view.state, diagnosticOf(view.state, wrong)));
  }, [wrong]);

  return <div class="editor" ref={place} />;
}
