// The keys that stand for those of the operator's own servers: made by a pattern, pasted, or in a file.

import { computed, signal } from "@preact/signals";
import type { KeySource } from "../work/protocol.ts";

export const SAMPLE_KINDS = ["pattern", "keys", "file"] as const;
export type SampleKind = (typeof SAMPLE_KINDS)[number];

/** Which of the three counts. */
export const sampleKind = signal<SampleKind>("pattern");

/** Keys to be made, such as `user:{0..999}`. */
export const samplePattern = signal("user:{0..999}");

/** Keys as text, one a line. */
export const sampleKeys = signal("");

/** A file of keys, or pasted text too large for a field. It stays where it is, and no link carries it. */
export const sampleFile = signal<{ readonly name: string; readonly blob: Blob } | undefined>(undefined);

/** Whether keys that are given, not made, are hexadecimal digits. */
export const sampleHex = signal(false);

/** The keys to count; none where nothing was given. */
export const sampleSource = computed<KeySource | undefined>(() => {
  const hex = sampleHex.value;
  switch (sampleKind.value) {
    case "pattern":
      return samplePattern.value === "" ? undefined : { from: "pattern", pattern: samplePattern.value };
    case "keys":
      return sampleKeys.value === "" ? undefined : { from: "lines", blob: new Blob([sampleKeys.value]), hex };
    case "file":
      return sampleFile.value === undefined ? undefined : { from: "lines", blob: sampleFile.value.blob, hex };
  }
});
