// What runs in the page of `browser.mjs`: the package as it lies in its folder, without a bundler.

import * as keyhome from "/keyhome/browser.mjs";
import { adapter } from "./adapter.mjs";

await keyhome.init();
globalThis.answer = adapter(keyhome);
