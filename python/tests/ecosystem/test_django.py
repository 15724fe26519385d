"""Django's cache framework and sessions with `keyhome.django.ShardedCache`, beside django-redis on one server."""

from __future__ import annotations

import threading
from typing import Any

import django
import pytest
from django.conf import settings
from django.core.cache import caches
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from servers import RedisServer, Scratch, wait_until


def visits(request: Any) -> HttpResponse:
    """Counts visits in the session."""
    session = request.session
    session["visits"] = session.get("visits", 0) + 1
    return HttpResponse(b"%d" % session["visits"])


urlpatterns = [path("visits", visits)]


@pytest.fixture(scope="module", autouse=True)
def configured(config: str, scratch: Scratch) -> None:
    """Django has one configuration in a process."""
    file = scratch.folder("django") / "nutcracker.yml"
    file.write_text(config, encoding="utf-8")
    one = RedisServer.start(scratch)
    sharded = {"BACKEND": "keyhome.django.ShardedCache", "LOCATION": str(file)}
    settings.configure(
        SECRET_KEY="of a test",
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["testserver"],
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
        SESSION_ENGINE="django.contrib.sessions.backends.cache",
        SESSION_CACHE_ALIAS="patient",
        CACHES={
            "default": {**sharded, "OPTIONS": {"pool": "pool"}},
            "patient": {**sharded, "OPTIONS": {"ignore_unavailable": True}},
            "django-redis": {
                "BACKEND": "django_redis.cache.RedisCache",
                "LOCATION": f"redis://{one.address}/0",
            },
        },
    )
    django.setup()


@pytest.mark.parametrize("alias", ["default", "django-redis"])
def test_what_the_framework_promises(servers: list[RedisServer], alias: str) -> None:
    cache = caches[alias]
    cache.clear()
    keys = [f"key-{number}" for number in range(40)]
    cache.set_many({key: {"value": key} for key in keys}, timeout=60)
    assert cache.get_many([*keys, "none"]) == {key: {"value": key} for key in keys}
    assert cache.get("none", "absent") == "absent"
    assert cache.add("new", 1, timeout=60)
    assert not cache.add("new", 2)
    assert (cache.incr("new"), cache.decr("new", 5), cache.get("new")) == (2, -3, -3)
    assert cache.get_or_set("made", lambda: [1, 2]) == [1, 2]
    assert cache.touch("made", 30)
    assert cache.has_key("made")
    cache.set("old", 1, version=1)
    assert cache.incr_version("old", version=1) == 2
    assert (cache.get("old", version=1), cache.get("old", version=2)) == (None, 1)
    cache.set("gone", 1, timeout=0)
    assert "gone" not in cache
    cache.delete_many(keys[:20])
    assert len(cache.get_many(keys)) == 20
    assert cache.delete("new")
    assert not cache.delete("new")
    if alias == "default":
        assert all(server.ask("DBSIZE") > 0 for server in servers)
    cache.clear()
    assert cache.get_many(keys) == {}


def test_threads_share_one_client() -> None:
    clients: list[Any] = []

    def note() -> None:
        cache: Any = caches["default"]
        clients.append(cache.redis)

    threads = [threading.Thread(target=note) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, clients))) == 1
    with clients[0].lock("job", timeout=5):
        pass


def test_an_application_survives_a_server_that_dies(servers: list[RedisServer]) -> None:
    visitors: list[Any] = [Client() for _ in range(30)]
    for round_ in range(3):
        assert [int(visitor.get("/visits").content) for visitor in visitors] == [round_ + 1] * 30
    counts = [server.ask("DBSIZE") for server in servers]
    assert min(counts) > 0
    servers[1].kill()
    seen = [int(visitor.get("/visits").content) for visitor in visitors]
    # Those whose session was there start anew; the others go on.
    assert seen.count(4) >= 30 - counts[1]
    assert all(number in (1, 4) for number in seen)

    def all_go_on() -> bool:
        first = [int(visitor.get("/visits").content) for visitor in visitors]
        second = [int(visitor.get("/visits").content) for visitor in visitors]
        return all(after == before + 1 for before, after in zip(first, second, strict=True))

    wait_until(all_go_on, "everybody has a session again")
