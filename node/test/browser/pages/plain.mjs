// The package as it lies in `dist/`, without a bundler.

import * as keyhome from "/keyhome/browser.mjs";
import { whole } from "./whole.mjs";

globalThis.result = await whole(keyhome);
