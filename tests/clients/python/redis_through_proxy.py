"""redis-py through the proxy, sync and asyncio: what the one gives, the other gives when it is awaited."""

import asyncio
import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import redis
import redis.asyncio
from check import BYTES, LARGE, MANY, SCRIPT, Proxy, run, say

PROXY = Proxy.of_arguments()


async def now(value: Any) -> Any:
    """What the sync client has given, and the asyncio client gives when it is awaited."""
    return await value if inspect.isawaitable(value) else value


def started(call: Callable[[], Any]) -> "asyncio.Task[Any]":
    """A call that waits, while others are made."""
    if PROXY.face == "sync":
        return asyncio.create_task(asyncio.to_thread(call))
    return asyncio.create_task(now(call()))


def opened(port: int = PROXY.port, **options: Any) -> Any:
    """A client with default options, but for the protocol where it is not the default."""
    if PROXY.protocol is not None:
        options["protocol"] = PROXY.protocol
    library: Any = redis if PROXY.face == "sync" else redis.asyncio
    return library.Redis(port=port, **options)


async def close(client: Any) -> None:
    await now(client.close() if PROXY.face == "sync" else client.aclose())


async def refused(call: Callable[[], Any]) -> str:
    """What a call is refused with."""
    try:
        reply = await now(call())
    except redis.RedisError as error:
        return f"{type(error).__name__}: {error}"
    raise AssertionError(f"it is not refused, but gives {reply!r}")


class Checks:
    """What is looked at, in order, with two clients."""

    def __init__(self) -> None:
        self.client = opened()
        self.other = opened()

    async def connect(self) -> None:
        fresh = opened()
        assert await now(fresh.ping()) is True
        assert await now(fresh.quit()) is True
        await close(fresh)

    async def set_and_get(self) -> None:
        assert await now(self.client.set("a", "1", ex=100)) is True
        assert await now(self.client.get("a")) == b"1"
        assert await now(self.client.get("none")) is None

    async def binary(self) -> None:
        await now(self.client.set(BYTES, BYTES))
        assert await now(self.client.get(BYTES)) == BYTES

    async def mget_and_mset(self) -> None:
        assert await now(self.client.mset({key: number for number, key in enumerate(MANY)})) is True
        values = await now(self.client.mget([*MANY, "none"]))
        assert values == [*(b"%d" % number for number in range(len(MANY))), None]

    async def maps_and_scores(self) -> None:
        await now(self.client.hset("hash", mapping={"a": "1", "b": "2"}))
        assert await now(self.client.hgetall("hash")) == {b"a": b"1", b"b": b"2"}
        await now(self.client.zadd("scores", {"a": 1.5, "b": 2}))
        assert await now(self.client.zscore("scores", "a")) == 1.5

    async def pipeline(self) -> None:
        pipeline = self.client.pipeline(transaction=False)
        for key in MANY:
            pipeline.incr(f"p:{key}").get(key)
        wanted = [reply for number in range(len(MANY)) for reply in (1, b"%d" % number)]
        assert await now(pipeline.execute()) == wanted

    async def unknown_command(self) -> None:
        me = await now(self.client.client_id())
        assert "unknown command 'NOSUCH'" in await refused(lambda: self.client.execute_command("NOSUCH", "a"))
        assert await now(self.client.get("a")) == b"1"
        assert await now(self.client.client_id()) == me

    async def delete(self) -> None:
        assert await now(self.client.exists("a", "none", *MANY)) == 101
        assert await now(self.client.delete("a", "none", *MANY[50:])) == 51
        assert await now(self.client.unlink(MANY[0])) == 1
        assert await now(self.client.get("a")) is None

    async def transaction(self) -> None:
        transaction = self.client.pipeline()
        await now(transaction.watch("{t}a"))
        transaction.multi()
        transaction.set("{t}a", "1").incr("{t}a").get("{t}b")
        assert await now(transaction.execute()) == [True, 2, None]
        await now(transaction.watch("{t}a"))
        await now(self.other.set("{t}a", "5"))
        transaction.multi()
        transaction.incr("{t}a")
        assert "WatchError" in await refused(transaction.execute)
        await now(transaction.reset())
        assert await now(self.client.get("{t}a")) == b"5"

    async def blocking_pop(self) -> None:
        assert await now(self.other.blpop("list", timeout=0.1)) is None
        popped = started(lambda: self.other.blpop("list", timeout=20))
        await asyncio.sleep(0.1)
        await now(self.client.rpush("list", "x"))
        assert list(await popped) == [b"list", b"x"]

    async def pub_sub(self) -> None:
        subscriber = self.client.pubsub()
        await now(subscriber.subscribe("news", "sports"))
        await now(subscriber.psubscribe("weather.*"))
        for _ in range(3):
            assert "subscribe" in (await now(subscriber.get_message(timeout=20)))["type"]
        channels = ("news", "sports", "weather.today")
        for channel in channels:
            await now(self.client.publish(channel, f"of {channel}"))
        heard = [await now(subscriber.get_message(timeout=20)) for _ in channels]
        assert sorted((message["channel"], message["data"]) for message in heard) == [
            (channel.encode(), f"of {channel}".encode()) for channel in channels
        ]
        await now(subscriber.unsubscribe())
        await now(subscriber.punsubscribe())
        await close(subscriber)

    async def scan(self) -> None:
        await now(self.client.mset({f"scan:{key}": "" for key in MANY}))
        cursor, found = None, set()
        while cursor != 0:
            cursor, keys = await now(self.client.scan(cursor or 0, match="scan:*", count=7))
            found.update(keys)
        assert found == {f"scan:{key}".encode() for key in MANY}

    async def script(self) -> None:
        await now(self.client.script_flush())
        add = self.client.register_script(SCRIPT)
        assert "NoScriptError" in await refused(lambda: self.client.evalsha("0" * 40, 1, "s"))
        for key in MANY:
            assert await now(add(keys=[f"script:{key}"], args=[3])) == 3
        digest = await now(self.client.script_load(SCRIPT))
        assert await now(self.client.evalsha(digest, 1, f"script:{MANY[7]}", 3)) == 6
        assert await now(self.client.eval("return 7", 0)) == 7

    async def info(self) -> None:
        assert "redis_version" in await now(self.client.info())
        assert "redis_version" in await now(self.client.info("server"))

    async def client_commands(self) -> None:
        assert await now(self.client.client_setname("me")) is True
        assert await now(self.client.client_getname()) in ("me", b"me")
        me = await now(self.client.client_id())
        info = await now(self.client.client_info())
        assert (int(info["id"]), info["name"]) == (me, "me")
        assert info["lib-name"].startswith("redis-py")
        everybody = await now(self.client.client_list())
        assert [one["name"] for one in everybody if int(one["id"]) == me] == ["me"]
        assert await now(self.client.client_no_evict("ON")) in (True, b"OK")
        assert await now(self.client.client_no_touch("ON")) in (True, b"OK")
        assert await now(self.client.select(0)) is True
        assert await now(self.client.echo("hello")) == b"hello"

    async def large(self) -> None:
        await now(self.client.set("large", LARGE))
        assert await now(self.client.get("large")) == LARGE

    async def password(self) -> None:
        known = opened(PROXY.locked, password=PROXY.password)
        await now(known.set("a", "1"))
        assert await now(known.get("a")) == b"1"
        await close(known)
        for password in ("wrong", None):
            unknown = opened(PROXY.locked, password=password)
            assert "Auth" in await refused(partial(unknown.get, "a"))
            await close(unknown)


async def main() -> None:
    checks = Checks()
    protocol = int((await now(checks.client.client_info()))["resp"])
    say(client=f"redis-py {PROXY.face}", version=redis.__version__, protocol=protocol)
    await run(
        {
            "connect": checks.connect,
            "set and get": checks.set_and_get,
            "binary": checks.binary,
            "mget and mset": checks.mget_and_mset,
            "maps and scores": checks.maps_and_scores,
            "pipeline": checks.pipeline,
            "unknown command": checks.unknown_command,
            "del": checks.delete,
            "transaction": checks.transaction,
            "blocking pop": checks.blocking_pop,
            "pub/sub": checks.pub_sub,
            "scan": checks.scan,
            "script": checks.script,
            "info": checks.info,
            "client commands": checks.client_commands,
            "1 MB": checks.large,
            "password": checks.password,
        }
    )
    await close(checks.client)
    await close(checks.other)


asyncio.run(main())
