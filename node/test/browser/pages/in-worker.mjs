import * as keyhome from "/keyhome/browser.mjs";
import { whole } from "./whole.mjs";

postMessage(await whole(keyhome));
