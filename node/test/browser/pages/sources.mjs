// Each thing that `init` takes, in a copy of the package of its own.

const copy = (name) => import(`/keyhome/browser.mjs?${name}`);
const url = "/keyhome/keyhome.wasm";
const bytes = async () => (await fetch(url)).arrayBuffer();

const sources = {
  nothing: async () => undefined,
  text: async () => url,
  url: async () => new URL(url, location.href),
  "untyped url": async () => "/untyped/keyhome.wasm",
  response: async () => fetch(url),
  promise: async () => [fetch(url)],
  buffer: async () => bytes(),
  bytes: async () => new Uint8Array(await bytes()),
  module: async () => WebAssembly.compile(await bytes()),
};
const answers = {};
for (const [name, source] of Object.entries(sources)) {
  const keyhome = await copy(name);
  const given = await source();
  await Promise.all([keyhome.init(Array.isArray(given) ? given[0] : given), keyhome.init()]);
  answers[name] = keyhome.slot("foo");
}

const wrong = {};
for (const [name, source] of Object.entries({ missing: "/keyhome/none.wasm", junk: new Uint8Array(4), number: 5 })) {
  const keyhome = await copy(`wrong-${name}`);
  wrong[name] = await keyhome.init(source).catch((error) => error.code);
  await keyhome.init();
  answers[`after ${name}`] = keyhome.slot("foo");
}
globalThis.result = { answers, wrong };
