// What the clients for many servers share; a file of its own, so that both have the same.

export * from "./address.js";
export * from "./command-kinds.js";
export * from "./command-parts.js";
export * from "./live-placement.js";
export * from "./outcome.js";
export * from "./pool-plan.js";
export * from "./queue.js";
export * from "./registration.js";
export * from "./reload.js";
export * from "./replies.js";
export * from "./several-nodes.js";
export * from "./split-error.js";
export * from "./targets.js";
