// The same package by `require`.

import keyhome = require("keyhome");
import { Router, slot } from "keyhome";

const router: keyhome.Router = Router.fromConfig("text");
const number: number = slot("key") + router.index("key");
const name: string = router.node("key").name;
console.log(number, name, keyhome.version);

// Classes are values and types, whichever way they are named.
const health: keyhome.Health = new keyhome.Health({ on_failure: "fail" }, 3);
const live: keyhome.LiveSet = health.update(1);
class Mine extends keyhome.HotKeys {}
const hottest: keyhome.HotKey[] = new Mine().top(1);
try {
  slot("key");
} catch (error) {
  if (error instanceof keyhome.KeyhomeError) console.log(error.code satisfies keyhome.ErrorCode);
}
// @ts-expect-error: no such word
new keyhome.Health({ on_failure: "retry" }, 3);
console.log(live, hottest);
