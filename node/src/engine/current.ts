// The engine that runs.

import type { Engine } from "../engine.js";
import { KeyhomeError } from "../error.js";

let current: Engine | undefined;

/** The engine that runs. In a browser there is none before `init()`. */
export function engine(): Engine {
  if (current === undefined) throw new KeyhomeError("engine.unavailable", "call `await init()` first");
  return current;
}

/** Makes an engine the one that runs. */
export function use(engine: Engine): Engine {
  return (current = engine);
}
