// A web server on loopback for folders and texts, with the policy that a careful site has.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

/** Scripts of our own, and WebAssembly; no inline script, no eval. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Serves `{"/path/": folder}`, for `/run/SCRIPT` a page that runs the script, and `{"/path": page}` without a policy. */
export async function serve(folders, pages = {}) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    if (path === "/favicon.ico") return response.writeHead(204).end();
    if (pages[path] !== undefined) return response.writeHead(200, { "content-type": TYPES[".html"] }).end(pages[path]);
    try {
      const [type, body] = path.startsWith("/run/") ? page(path.slice(4)) : await file(folders, path);
      response.writeHead(200, { "content-type": type, "content-security-policy": POLICY, "cache-control": "no-store" });
      response.end(body);
    } catch {
      response.writeHead(404, { "content-type": "text/plain" });
      response.end(`no ${path}`);
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

function page(script) {
  const html = `<!doctype html><meta charset="utf-8"><title>keyhome</title><script type="module" src="${script}"></script>`;
  return [TYPES[".html"], html];
}

async function file(folders, path) {
  // `/untyped/` is a server that does not know WebAssembly.
  const untyped = path.startsWith("/untyped/");
  const [prefix, folder] = Object.entries(folders).find(([prefix]) => path.startsWith(prefix));
  const body = await readFile(join(folder, path.slice(prefix.length)));
  return [untyped ? "application/octet-stream" : (TYPES[extname(path)] ?? "application/octet-stream"), body];
}
