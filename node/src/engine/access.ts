// What a router is inside of the engine, for other classes of the package.

import { wrongType } from "../arguments.js";
import type { EngineRouter } from "../engine.js";

type Look = (router: object) => EngineRouter | undefined;

let look: Look = () => undefined;

/** Called once by the class of routers: how to look into one. */
export function grantAccess(how: Look): void {
  look = how;
}

/** @throws KeyhomeError `argument.type` where it is no router */
export function engineOf(router: unknown): EngineRouter {
  const inside = typeof router === "object" && router !== null ? look(router) : undefined;
  if (inside === undefined) throw wrongType("the router", "a Router", router);
  return inside;
}
