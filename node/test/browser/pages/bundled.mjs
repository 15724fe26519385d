// As an application imports the package, for bundlers that take `new URL(..., import.meta.url)` along.

import * as keyhome from "keyhome";
import { slot } from "keyhome/slot";
import { whole } from "./whole.mjs";

globalThis.result = { ...(await whole(keyhome)), alone: slot("foo") };
