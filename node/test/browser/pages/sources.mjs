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
const refused = Promise.reject(Object.create(null)); // which cannot even be made text
refused.catch(() => {});
const wrongs = {
  missing: "/keyhome/none.wasm",
  junk: new Uint8Array(4),
  foreign: Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0), // WebAssembly with nothing in it
  refused,
  thenable: { then() { throw Symbol("no"); } },
  number: 5,
};
for (const [name, source] of Object.entries(wrongs)) {
  const keyhome = await copy(`wrong-${name}`);
  wrong[name] = await keyhome.init(source).catch((error) => (error instanceof keyhome.KeyhomeError ? error.code : String(error)));
  await keyhome.init();
  answers[`after ${name}`] = keyhome.slot("foo");
}
globalThis.result = { answers, wrong };
