// The same in a module worker.

const worker = new Worker(new URL("./in-worker.mjs", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => (globalThis.result = data);
worker.onerror = (event) => (globalThis.result = { failed: event.message ?? "the worker does not start" });
