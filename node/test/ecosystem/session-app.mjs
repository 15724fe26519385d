// A small web application with sessions, as people write it, and browsers that keep their cookies.

import express from "express";
import session from "express-session";

/**
 * Serves it with a session store, on a free port of loopback.
 *
 * @returns its address, and how to end it
 */
export async function serveSessions(store) {
  const app = express();
  app.use(session({ store, secret: "secret", resave: false, saveUninitialized: false, rolling: true, cookie: { maxAge: 60_000 } }));
  app.post("/login/:name", (request, response, next) => {
    request.session.regenerate((error) => {
      if (error) return next(error);
      request.session.name = request.params.name;
      request.session.visits = 0;
      response.sendStatus(204);
    });
  });
  app.get("/visit", (request, response) => {
    if (request.session.name === undefined) return response.sendStatus(401);
    request.session.visits++;
    response.json({ name: request.session.name, visits: request.session.visits });
  });
  app.post("/logout", (request, response, next) => {
    request.session.destroy((error) => (error ? next(error) : response.sendStatus(204)));
  });
  app.use((error, _request, response, _next) => response.status(503).json({ error: error.message, code: error.code }));
  const server = await new Promise((resolve, reject) => {
    const listening = app.listen(0, "127.0.0.1", (error) => (error ? reject(error) : resolve(listening)));
  });
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    end: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

/** Somebody with a cookie. */
export class Browser {
  #cookie;

  constructor(address) {
    this.address = address;
  }

  async #ask(method, path) {
    const headers = this.#cookie === undefined ? {} : { cookie: this.#cookie };
    const response = await fetch(this.address + path, { method, headers, signal: AbortSignal.timeout(10_000) });
    const [cookie] = response.headers.getSetCookie();
    if (cookie !== undefined) this.#cookie = cookie.split(";")[0];
    const isEmpty = response.status === 204 || response.status === 401;
    return { status: response.status, body: isEmpty ? undefined : await response.json() };
  }

  /** The id of the session, as its key in the store has it. */
  get sessionId() {
    return decodeURIComponent(this.#cookie).replace(/^connect\.sid=s:/, "").split(".")[0];
  }

  login(name) {
    return this.#ask("POST", `/login/${name}`);
  }

  visit() {
    return this.#ask("GET", "/visit");
  }

  logout() {
    return this.#ask("POST", "/logout");
  }
}

/** A store's method as a promise: those of express-session take callbacks. */
export function asked(store, method, ...args) {
  return new Promise((resolve, reject) => {
    store[method](...args, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}
