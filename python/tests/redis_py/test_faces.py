"""The ordinary client and the one for asyncio have the same features."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import keyhome.redis
import keyhome.redis.asyncio

# What asyncio names otherwise, and what redis-py has for asyncio only.
OF_ASYNCIO = {"aclose": "close", "initialize": None}


def own(of: Any) -> dict[str, Any]:
    """What keyhome's classes add to those of redis-py."""
    added: dict[str, Any] = {}
    for base in reversed(of.__mro__):
        if base.__module__.startswith("keyhome."):
            added.update(
                {name: value for name, value in vars(base).items() if callable(value) or isinstance(value, property)}
            )
    return {name: value for name, value in added.items() if not name.startswith("_")}


@pytest.mark.parametrize("name", ["ShardedRedis", "ShardedPipeline"])
def test_they_have_the_same_methods(name: str) -> None:
    sync, asyncio = (own(getattr(module, name)) for module in (keyhome.redis, keyhome.redis.asyncio))
    assert set(sync) == {OF_ASYNCIO.get(method, method) for method in asyncio} - {None}
    for method in set(sync) & set(asyncio):
        if callable(sync[method]):
            taken = [list(inspect.signature(of[method]).parameters) for of in (sync, asyncio)]
            assert taken[0] == taken[1], method


def test_both_modules_have_the_same_names() -> None:
    assert keyhome.redis.__all__ == keyhome.redis.asyncio.__all__
