// The pools that the inputs describe, read once for all views.

import { computed } from "@preact/signals";
import { poolSettings } from "keyhome";
import { ask, read } from "../pool/reading.ts";
import { changedPoolName, changedText, configText, poolName } from "./inputs.ts";

/** The config that all views are about. */
export const current = computed(() => read(configText.value, poolName.value));

/** The config after the change. */
export const changed = computed(() => read(changedText.value, changedPoolName.value));

/** How the current pool is served, where a config says it: what CLUSTER NODES prints does not. */
export const servedAs = computed(() => {
  const reading = current.value;
  if (reading.router === undefined) return undefined;
  return ask(() => poolSettings(configText.value, reading.pool)).answer;
});

/** The dialect of the current pool; what CLUSTER NODES prints is of Redis Cluster. */
export const dialect = computed(() =>
  current.value.router === undefined ? undefined : (servedAs.value?.dialect ?? "redis-cluster"),
);
