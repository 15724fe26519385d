// The command line that counts the same keys.

import { configWords, keyhomeCommand } from "../page/command.ts";
import { sampleFile, sampleHex, sampleKind, samplePattern, sampleSource } from "../state/sample.ts";
import { asBash } from "../work/pattern.ts";

/** `keyhome COMMAND -c FILE`, with the sample where there is one. */
export function sampleCommand(command: string, words: readonly string[] = configWords()): string {
  const source = sampleSource.value;
  if (source === undefined) return keyhomeCommand(command, ...words);
  if (sampleKind.value === "pattern") {
    return `printf '%s\\n' ${asBash(samplePattern.value)} | ${keyhomeCommand(command, ...words, "--keys", "-")}`;
  }
  const file = sampleKind.value === "file" && sampleFile.value !== undefined ? sampleFile.value.name : "keys.txt";
  return keyhomeCommand(command, ...words, "--keys", file, ...(sampleHex.value ? ["--hex"] : []));
}
