// The same for bundlers that are told where the module is.

import * as keyhome from "keyhome";
import module from "keyhome/keyhome.wasm";
import { slot } from "keyhome/slot";
import { whole } from "./whole.mjs";

globalThis.result = { ...(await whole(keyhome, new URL(module, import.meta.url))), alone: slot("foo") };
