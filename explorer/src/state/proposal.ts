// A change that the page proposes: it becomes the config after the change.

import { changedFile, changedPoolName, changedText, configFile } from "./inputs.ts";

export function propose(text: string, pool: string): void {
  changedText.value = text;
  changedPoolName.value = pool;
  changedFile.value = configFile.value.replace(/(\.[^./]*)?$/u, ".new$1");
}
