"""Flask-Caching takes a client where it expects a host."""

from __future__ import annotations

from flask import Flask
from flask_caching import Cache
from servers import RedisServer

from keyhome.redis import ShardedRedis


def test_views_functions_and_the_rest(servers: list[RedisServer], config: str) -> None:
    redis = ShardedRedis.from_config(config)
    app = Flask(__name__)
    cache = Cache(app, config={"CACHE_TYPE": "RedisCache", "CACHE_REDIS_HOST": redis, "CACHE_KEY_PREFIX": "app:"})
    made: list[int] = []

    @app.get("/square/<int:number>")
    @cache.cached(timeout=60)
    def square(number: int) -> str:
        made.append(number)
        return str(number * number)

    @cache.memoize(timeout=60)
    def double(number: int) -> int:
        made.append(number)
        return number * 2

    web = app.test_client()
    for _ in range(2):
        assert [web.get(f"/square/{number}").text for number in range(30)] == [str(number**2) for number in range(30)]
    assert made == list(range(30))
    made.clear()
    with app.app_context():
        assert [double(4), double(4), double(5)] == [8, 8, 10]
        assert made == [4, 5]
        cache.delete_memoized(double)
        assert (double(4), made) == (8, [4, 5, 4])
        keys = [f"key-{number}" for number in range(30)]
        assert cache.set_many({key: key for key in keys}, timeout=60)
        assert cache.get_many(*keys) == keys
        assert cache.add("one", 1)
        assert not cache.add("one", 2)
        assert cache.has("one")
        assert cache.delete_many(*keys[:10])
        assert cache.get_many(*keys) == [None] * 10 + keys[10:]
        assert all(server.ask("DBSIZE") > 0 for server in servers)
        assert cache.clear()
        assert cache.get("one") is None
    redis.close()
