// Sessions with express on three servers: express-session keeps them with connect-redis, whose client is keyhome's. Any number of
// these processes may run; each finds every session.
//
//     ./servers start && node sessions.mjs
//
// Then open http://127.0.0.1:3000/ a few times, in several browsers (PORT is another port).

import { readFileSync } from "node:fs";
import { RedisStore } from "connect-redis";
import express from "express";
import session from "express-session";
import { createShardedClient } from "keyhome/node-redis";
import { createClient } from "redis";

const file = process.env.NUTCRACKER_YML ?? new URL("nutcracker.yml", import.meta.url);
const client = createShardedClient(readFileSync(file, "utf8"), { createClient, pool: "sessions" });
client.on("node error", (error, address) => console.error(`${address}: ${error.message}`));
await client.connect();

const app = express();
app.use(
  session({
    store: new RedisStore({ client, prefix: "sess:" }),
    secret: process.env.SESSION_SECRET ?? "only for trying it out",
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: 60 * 60 * 1000 },
  }),
);

app.get("/", (request, response) => {
  request.session.visits = (request.session.visits ?? 0) + 1;
  const home = client.router.node(`sess:${request.sessionID}`).name;
  response.type("text").send(`visit ${request.session.visits}; this session is on ${home}\n`);
});

app.post("/logout", (request, response, next) => {
  request.session.destroy((error) => (error ? next(error) : response.sendStatus(204)));
});

// A server of the pool that is away is an answer, too: those whose session is elsewhere notice nothing.
app.use((error, _request, response, _next) => {
  console.error(error.message);
  response.status(503).type("text").send("please try again\n");
});

const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", (error) => {
  if (error) throw error;
  console.log(`http://127.0.0.1:${server.address().port}/`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    server.close(() => client.close());
    server.closeIdleConnections();
  });
}
