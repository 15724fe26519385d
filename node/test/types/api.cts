// The same package by `require`.

import keyhome = require("keyhome");
import { Router, slot } from "keyhome";

const router: keyhome.Router = Router.fromConfig("text");
const number: number = slot("key") + router.index("key");
const name: string = router.node("key").name;
console.log(number, name, keyhome.version);
