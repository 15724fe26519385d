// express-session over HTTP on three servers: connect-redis 7 over ShardedRedis, 9 over the client in node-redis's shape.

import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { RedisStore as RedisStore9 } from "connect-redis";
import RedisStore7 from "connect-redis-7";
import { Router } from "keyhome";
import { serversForTests } from "../servers/for-tests.mjs";
import { waitUntil } from "../servers/index.mjs";
import { configOf, ioredis, nodeRedis } from "./clients.mjs";
import { Browser, asked, serveSessions } from "./session-app.mjs";

const { servers } = serversForTests(3, { emptied: true });

/** So many that by chance no server is left without a session. */
const PEOPLE = 60;

/** A server that dies is taken out soon, and its keys live elsewhere; commands to it fail at once. */
const EJECTING = { auto_eject_hosts: true, server_failure_limit: 1, server_retry_timeout: 500, timeout: 5000 };

/** Who cannot be reached is an error at once. */
const AT_ONCE = { maxRetriesPerRequest: 0, retryStrategy: () => 50 };

const STORES = {
  "connect-redis 7 over ShardedRedis": {
    Store: RedisStore7,
    connect: async (t, settings) => ioredis(t, servers, { settings, options: { redisOptions: AT_ONCE } }),
  },
  "connect-redis 9 over the client in node-redis's shape": {
    Store: RedisStore9,
    connect: (t, settings) => nodeRedis(t, servers, { settings }),
  },
};

for (const [name, { Store, connect }] of Object.entries(STORES)) {
  describe(name, () => {
    async function served(t, settings) {
      const store = new Store({ client: await connect(t, settings) });
      const app = await serveSessions(store);
      t.after(() => app.end());
      return { store, browsers: Array.from({ length: PEOPLE }, () => new Browser(app.address)) };
    }

    test("people log in, come again, and log out; their sessions lie on all servers", async (t) => {
      const { store, browsers } = await served(t, {});
      assert.equal((await browsers[0].visit()).status, 401);
      await Promise.all(browsers.map((browser, at) => browser.login(`user ${at}`)));
      for (let visits = 1; visits <= 3; visits++) {
        const seen = await Promise.all(browsers.map((browser) => browser.visit()));
        assert.deepEqual(seen, browsers.map((_, at) => ({ status: 200, body: { name: `user ${at}`, visits } })));
      }
      const router = Router.fromConfig(configOf(servers));
      for (const { sessionId } of browsers) {
        const key = `sess:${sessionId}`;
        assert.equal(await servers[router.index(key)].ask("EXISTS", key), 1);
        assert.ok((await servers[router.index(key)].ask("TTL", key)) > 0);
      }
      for (const server of servers) assert.ok((await server.ask("DBSIZE")) > 0);
      assert.equal(await asked(store, "length"), PEOPLE);
      assert.deepEqual((await asked(store, "ids")).toSorted(), browsers.map(({ sessionId }) => sessionId).toSorted());
      assert.deepEqual((await asked(store, "all")).map(({ name }) => name).toSorted(), browsers.map((_, at) => `user ${at}`).toSorted());
      assert.equal((await browsers[7].logout()).status, 204);
      assert.equal((await browsers[7].visit()).status, 401);
      assert.equal(await asked(store, "length"), PEOPLE - 1);
      await asked(store, "clear");
      assert.equal(await asked(store, "length"), 0);
    });

    describe("a server dies", () => {
      afterEach(async () => {
        await servers[1].kill();
        await servers[1].startAgain();
      });

      test("its people log in again, nobody else notices, and it comes back", async (t) => {
        const { browsers } = await served(t, EJECTING);
        await Promise.all(browsers.map((browser, at) => browser.login(`user ${at}`)));
        const router = Router.fromConfig(configOf(servers));
        const isOnTheDead = ({ sessionId }) => router.index(`sess:${sessionId}`) === 1;
        const [unlucky, lucky] = [browsers.filter(isOnTheDead), browsers.filter((browser) => !isOnTheDead(browser))];
        assert.ok(unlucky.length > 0 && lucky.length > 0);
        await servers[1].kill();
        // The first who asks may find it out; the others never do.
        for (const browser of lucky) assert.equal((await browser.visit()).status, 200);
        await waitUntil(async () => (await unlucky[0].visit()).status === 401, "it is out");
        // Now and then the dead one is tried again, and fails those who are sent there.
        const isBack = async (browser, name) => (await browser.login(name)).status === 204 && (await browser.visit()).body?.name === name;
        for (const [at, browser] of unlucky.entries()) await waitUntil(() => isBack(browser, `again ${at}`), "a login elsewhere");
        for (const browser of lucky) assert.equal((await browser.visit()).status, 200);
        await servers[1].startAgain();
        await waitUntil(async () => {
          await unlucky[0].login("at home");
          await unlucky[0].visit();
          for (let number = 0; number < 20; number++) await new Browser(unlucky[0].address).login(`new ${number}`);
          return (await servers[1].ask("DBSIZE")) > 0;
        }, "it has sessions again");
      });
    });
  });
}

test("connect-redis 9 wants node-redis's shape: over ShardedRedis it gets one error", async (t) => {
  const store = new RedisStore9({ client: ioredis(t, servers) });
  await assert.rejects(asked(store, "set", "id", { cookie: {} }), /syntax error/);
});
