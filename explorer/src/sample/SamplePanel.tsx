// The keys to count: by a pattern, pasted, or from a file. Shared by the views that count keys.

import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { count } from "../drawing/numbers.ts";
import { SAMPLE_KINDS, type SampleKind, sampleFile, sampleHex, sampleKeys, sampleKind, samplePattern } from "../state/sample.ts";
import type { Counted } from "../work/protocol.ts";
import type { JobHandle } from "../work/useJob.ts";
import { JobStatus } from "./JobStatus.tsx";
import "./sample.css";

const TITLES: Record<SampleKind, string> = { pattern: "A pattern", keys: "Pasted keys", file: "A file" };

/** Patterns that show what a hash does. */
const PATTERNS = ["user:{0..999}", "user:{0..999999}", "session:{eu,us}:{0000..9999}", "{{0..999}}:cart"];

/** More text than this would make a field, and the page with it, slow: it becomes a file. */
const LONGEST = 1 << 20;

export function SamplePanel({ job, children }: { job: JobHandle<Counted>; children?: preact.ComponentChildren }) {
  const id = useId();
  const isOver = useSignal(false);
  const chooser = useRef<HTMLInputElement>(null);

  const takeFile = (file: File | undefined) => {
    if (file === undefined) return;
    sampleFile.value = { name: file.name, blob: file };
    sampleKind.value = "file";
  };
  const takeText = (text: string) => {
    sampleFile.value = { name: "pasted keys", blob: new Blob([text]) };
    sampleKind.value = "file";
  };

  return (
    <section
      class={isOver.value ? "sample over" : "sample"}
      aria-label="Sample of keys"
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={() => {
        isOver.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        isOver.value = false;
        const [file] = event.dataTransfer?.files ?? [];
        const text = event.dataTransfer?.getData("text/plain") ?? "";
        if (file !== undefined) takeFile(file);
        else if (text.length > LONGEST) takeText(text);
        else if (text !== "") {
          sampleKeys.value = text;
          sampleKind.value = "keys";
        }
      }}
    >
      <div class="sample-head">
        <fieldset class="segments">
          <legend>Keys to count</legend>
          {SAMPLE_KINDS.map((kind) => (
            <label key={kind}>
              <input
                type="radio"
                name={id}
                checked={sampleKind.value === kind}
                onChange={() => {
                  sampleKind.value = kind;
                }}
              />
              <span>{TITLES[kind]}</span>
            </label>
          ))}
        </fieldset>
        {sampleKind.value === "pattern" ? null : (
          <label class="check">
            <input
              type="checkbox"
              checked={sampleHex.value}
              onChange={(event) => {
                sampleHex.value = event.currentTarget.checked;
              }}
            />{" "}
            keys are hexadecimal digits
          </label>
        )}
      </div>

      {sampleKind.value === "pattern" ? (
        <div class="sample-pattern">
          <input
            type="text"
            class="mono"
            aria-label="Pattern of keys"
            aria-describedby={`${id}-pattern`}
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            list={`${id}-patterns`}
            value={samplePattern.value}
            onInput={(event) => {
              samplePattern.value = event.currentTarget.value;
            }}
          />
          <datalist id={`${id}-patterns`}>
            {PATTERNS.map((pattern) => (
              <option key={pattern} value={pattern} />
            ))}
          </datalist>
          <p id={`${id}-pattern`} class="soft">
            As braces in bash: <code>{"{0..999}"}</code> counts, <code>{"{000..999}"}</code> keeps the zeros,{" "}
            <code>{"{eu,us}"}</code> takes each word.
          </p>
        </div>
      ) : null}

      {sampleKind.value === "keys" ? (
        <textarea
          class="mono"
          aria-label="Keys, one a line"
          rows={5}
          spellcheck={false}
          placeholder={"One key a line, such as what `redis-cli --scan` prints.\nA file of keys can be dropped here."}
          value={sampleKeys.value}
          onPaste={(event) => {
            const text = event.clipboardData?.getData("text/plain") ?? "";
            if (text.length <= LONGEST) return;
            event.preventDefault();
            takeText(text);
          }}
          onInput={(event) => {
            const field = event.currentTarget;
            if (field.value.length > LONGEST) {
              takeText(field.value);
              field.value = sampleKeys.value;
            } else sampleKeys.value = field.value;
          }}
        />
      ) : null}

      {sampleKind.value === "file" ? (
        <div class="sample-file">
          <button type="button" onClick={() => chooser.current?.click()}>
            {sampleFile.value === undefined ? "Choose a file…" : "Another file…"}
          </button>
          <input
            ref={chooser}
            type="file"
            class="unseen"
            tabIndex={-1}
            aria-label="File of keys"
            onChange={(event) => {
              takeFile(event.currentTarget.files?.[0]);
              event.currentTarget.value = "";
            }}
          />
          {sampleFile.value === undefined ? (
            <p class="soft">
              or drop it here: one key a line, of any size. It is read where it lies and goes nowhere:{" "}
              <code>redis-cli --scan &gt; keys.txt</code> makes one.
            </p>
          ) : (
            <p>
              <b>{sampleFile.value.name}</b> <span class="soft">{sizeOf(sampleFile.value.blob)}</span>
            </p>
          )}
        </div>
      ) : null}

      <div class="sample-status">
        <JobStatus job={job} />
        {children}
      </div>
    </section>
  );
}

function sizeOf(blob: Blob): string {
  const units = ["bytes", "KB", "MB", "GB"];
  let [size, unit] = [blob.size, 0];
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? count(size) : size.toFixed(1)} ${units[unit] ?? ""}`;
}
