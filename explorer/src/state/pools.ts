// The pools that the inputs describe, read once for all views.

import { computed } from "@preact/signals";
import { read } from "../pool/reading.ts";
import { changedPoolName, changedText, configText, poolName } from "./inputs.ts";

/** The config that all views are about. */
export const current = computed(() => read(configText.value, poolName.value));

/** The config after the change. */
export const changed = computed(() => read(changedText.value, changedPoolName.value));
