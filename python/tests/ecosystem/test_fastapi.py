"""A FastAPI application with the client for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, HTTPException
from redis.exceptions import RedisError
from servers import RedisServer

from keyhome.redis.asyncio import ShardedRedis


def application(config: str) -> FastAPI:
    """Counts visits of users; what a server that died had is counted anew."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with ShardedRedis.from_config(config) as app.state.redis:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/visits/{user}")
    async def visit(user: int) -> int:
        try:
            return int(await app.state.redis.incr(f"visits:{user}"))
        except RedisError as error:
            raise HTTPException(503, str(error)) from error

    @app.get("/visits")
    async def all_visits(count: int) -> list[int]:
        values = await app.state.redis.mget([f"visits:{user}" for user in range(count)])
        return [int(value or 0) for value in values]

    return app


def test_an_application_survives_a_server_that_dies(servers: list[RedisServer], config: str) -> None:
    async def run() -> None:
        app = application(config)
        transport = httpx.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://app") as web,
        ):

            async def visit_all() -> list[httpx.Response]:
                return await asyncio.gather(*(web.post(f"/visits/{user}") for user in range(60)))

            for round_ in range(3):
                assert [reply.json() for reply in await visit_all()] == [round_ + 1] * 60
            assert (await web.get("/visits", params={"count": 60})).json() == [3] * 60
            lost = servers[1].ask("DBSIZE")
            assert 0 < lost < 60
            servers[1].kill()
            # Until the first failure is known; nobody else is held up.
            failed = [reply.status_code for reply in await visit_all()].count(503)
            assert failed <= lost
            for _ in range(20):
                replies = await visit_all()
                if all(reply.status_code == 200 for reply in replies):
                    break
                await asyncio.sleep(0.05)
            counts = [reply.json() for reply in await visit_all()]
            assert sum(count > 3 for count in counts) == 60 - lost
            assert all(count > 0 for count in counts)

    asyncio.run(run())
