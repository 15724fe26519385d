"""A door in Python: each line of stdin is a request, each line of stdout its answer, both JSON.

Asks the installed package what a request asks, as users call it. It converts and decides nothing;
`tests/src/doors/foreign.rs` asks, and compares.
"""

from __future__ import annotations

import bisect
import dataclasses
import functools
import itertools
import json
import sys
import traceback
from array import array
from collections.abc import Callable, Iterable
from typing import Any

import keyhome
from keyhome import Health, HotKeys, KeyhomeError, ReplicaSet, Router


def as_text(key: bytes) -> str | bytes:
    """A key as text; as bytes where it is not UTF-8."""
    try:
        return key.decode()
    except UnicodeDecodeError:
        return key


FORMS: dict[str, Callable[[bytes], keyhome.Key]] = {
    "text": as_text,
    "bytes": bytes,
    "bytearray": bytearray,
    "memoryview": memoryview,
}

sets: dict[str, dict[str, Any]] = {}


def keep(words: dict[str, Any]) -> int:
    keys = [bytes.fromhex(key) for key in words["keys"]]
    kept: dict[str, Any] = {form: [make(key) for key in keys] for form, make in FORMS.items()}
    kept["packed"] = (b"".join(keys), array("I", itertools.accumulate(map(len, keys), initial=0)))
    sets[words["set"]] = kept
    return len(keys)


def refusal(error: KeyhomeError) -> dict[str, Any]:
    return {"code": error.code, "line": error.line, "column": error.column, "position": error.position}


def outcome(name: str, call: Callable[[], Any]) -> dict[str, Any]:
    """What a call says, or how it refuses. Whatever is not an error of keyhome's is not caught."""
    try:
        return {name: call()}
    except KeyhomeError as error:
        return {"refused": refusal(error)}


def undecoded(reply: Any) -> Any:
    """A reply as a client hands it over that decodes no text."""
    match reply:
        case str():
            return reply.encode()
        case list():
            return [undecoded(item) for item in reply]
        case dict():
            return {undecoded(name): undecoded(value) for name, value in reply.items()}
        case _:
            return reply


def router_of(of: dict[str, Any]) -> Router:
    if "cluster" in of:
        router = Router.from_cluster(of["cluster"] if of["decoded"] else undecoded(of["cluster"]))
    else:
        router = Router.from_config(of["config"], of.get("pool"))
    for names in of.get("without", []):
        router = router.without(names)
    return router


def one_by_one(keys: Iterable[keyhome.Key], ask: Callable[[keyhome.Key], int]) -> dict[str, Any]:
    homes: list[int | str] = []
    for key in keys:
        try:
            homes.append(ask(key))
        except KeyhomeError as error:
            homes.append(error.code)
    return {"homes": homes}


def by_node(router: Router, keys: Iterable[keyhome.Key]) -> dict[str, Any]:
    places = {id(node): index for index, node in enumerate(router.nodes)}
    return one_by_one(keys, lambda key: places[id(router.node(key))])


def owner_of(arcs: keyhome.Arcs, place: keyhome.PlaceStep) -> int:
    """Whose the place is that an explanation names: the entry of a ring's point, or the one in which a position is."""
    if place["by"] == "point":
        return arcs["owners"][place["position"]]
    position = 0
    if place["by"] == "list":
        position = place["position"]
    elif place["by"] == "slot":
        position = place["slot"]
    elif place["by"] == "sum":
        position = place["sum"] % place["nodes"]
    return arcs["owners"][bisect.bisect_left(arcs["ends"], position)]


def explained(router: Router, keys: Iterable[keyhome.Key]) -> dict[str, Any]:
    """The homes that explanations name; each has to own the arc that the explanation names too."""
    arcs = functools.cache(router.arcs)

    def home(key: keyhome.Key) -> int:
        steps = router.explain(key)
        owner = owner_of(arcs(), steps["place"])
        if owner != steps["index"]:
            raise AssertionError(f"{key!r}: {steps}, and its arc is that of {owner}")
        return owner

    return one_by_one(keys, home)


def arcs_of(words: dict[str, Any]) -> dict[str, Any]:
    arcs = Router.read(words["text"]).without(words["without"]).arcs()
    return {**arcs, "ends": arcs["ends"].tolist(), "owners": arcs["owners"].tolist()}


HOMES: dict[str, Callable[[Router, Any], dict[str, Any]]] = {
    "index": lambda router, keys: one_by_one(keys, router.index),
    "node": by_node,
    "explain": explained,
    "indexes": lambda router, keys: outcome("homes", lambda: router.indexes(keys).tolist()),
    "packed": lambda router, keys: outcome("homes", lambda: router.indexes_packed(*keys).tolist()),
    "group": lambda router, keys: outcome("groups", lambda: list(router.group(keys).items())),
}

SLOTS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "slot": lambda keys: one_by_one(keys, keyhome.slot),
    "slots": lambda keys: outcome("homes", lambda: keyhome.slots(keys).tolist()),
    "packed": lambda keys: outcome("homes", lambda: keyhome.slots_packed(*keys).tolist()),
}


def in_way(way: str, kept: dict[str, Any]) -> tuple[str, Any]:
    """A way is what is called, and the form of its keys: `index:text`, `packed`."""
    call, _, form = way.partition(":")
    return call, kept[form or call]


def homes(words: dict[str, Any]) -> list[dict[str, Any]]:
    router = router_of(words["of"])
    asked = [in_way(way, sets[words["set"]]) for way in words["ways"]]
    return [HOMES[call](router, keys) for call, keys in asked]


def slots(words: dict[str, Any]) -> list[dict[str, Any]]:
    asked = [in_way(way, sets[words["set"]]) for way in words["ways"]]
    return [SLOTS[call](keys) for call, keys in asked]


def successors(words: dict[str, Any]) -> list[list[int]]:
    router = router_of(words["of"])
    places = {id(node): index for index, node in enumerate(router.nodes)}
    keys = sets[words["set"]]["bytes"]
    return [[places[id(node)] for node in router.successors(key, words["n"])] for key in keys]


def of_commands(name: str, ask: Callable[[list[Any]], Any], words: dict[str, Any]) -> list[dict[str, Any]]:
    """What is said of each command. Words are texts as far as they are UTF-8; as bytes they must mean the same."""
    said = []
    for args in words["args_hex"]:
        args = [bytes.fromhex(word) for word in args]
        answers = [outcome(name, lambda form=form: ask(form)) for form in (list(map(as_text, args)), args)]  # type: ignore[misc]
        if answers[0] != answers[1]:
            raise AssertionError(f"{args}: as text {answers[0]}, as bytes {answers[1]}")
        said.append(answers[0])
    return said


def settings(words: dict[str, Any]) -> Any:
    return keyhome.pool_settings(words["of"]["config"], words["of"].get("pool"))


def made(make: dict[str, Any], of: dict[str, Any] | None) -> Any:
    """What a run asks."""
    [(what, words)] = make.items()
    if what == "health":
        return Health(words["rules"], words["nodes"])
    if what == "hot_keys":
        return HotKeys(**words)
    if what == "module":
        return keyhome
    router = router_of(of or {})
    return ReplicaSet(router, words["index"], words["options"]) if what == "replica_set" else router


def argument(given: Any) -> Any:
    match given:
        case {"key": digits}:
            return as_text(bytes.fromhex(digits))
        case {"bytes": digits}:
            return bytes.fromhex(digits)
        case {"summary": digits}:
            return HotKeys.from_bytes(bytes.fromhex(digits))
        case {"of": of}:
            return router_of(of)
        case _:
            return given


def with_digits(value: Any) -> Any:
    """What a call gives, bytes as digits."""
    match value:
        case bytes():
            return {"bytes": value.hex()}
        case list() | tuple():
            return [with_digits(item) for item in value]
        case dict():
            return {name: with_digits(item) for name, item in value.items()}
        case _:
            return value


def replay(words: dict[str, Any]) -> list[dict[str, Any]]:
    asked = made(words["make"], words.get("of"))

    def call(name: str, arguments: list[Any]) -> Any:
        nonlocal asked
        member = len(asked) if name == "size" else getattr(asked, name)
        value = member(*map(argument, arguments)) if callable(member) else member
        if isinstance(value, Router | HotKeys | Health):
            asked, value = value, None
        return with_digits(value)

    return [outcome("gives", lambda step=step: call(*step)) for step in words["calls"]]  # type: ignore[misc]


ANSWERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "hello": lambda words: {"engine": "python", "version": keyhome.__version__, "forms": list(FORMS)},
    "keep": keep,
    "homes": homes,
    "slots": slots,
    "successors": successors,
    "nodes": lambda words: [dataclasses.asdict(node) for node in router_of(words["of"]).nodes],
    "balance": lambda words: router_of(words["of"]).balance(),
    "arcs": arcs_of,
    "pool_names": lambda words: keyhome.pool_names(words["text"]),
    "diff": lambda words: router_of(words["of"]).diff(router_of(words["other"])),
    "fingerprint": lambda words: router_of(words["of"]).fingerprint,
    "settings": settings,
    "command_keys": lambda words: of_commands("positions", keyhome.command_keys, words),
    "command_kinds": lambda words: of_commands("kind", lambda args: keyhome.command_kind(*(args or [""])[:2]), words),
    "command_routes": lambda words: of_commands("route", keyhome.command_route, words),
    "replay": replay,
}


def answer(request: str) -> dict[str, Any]:
    words: dict[str, Any] = json.loads(request)
    try:
        return outcome("answer", lambda: ANSWERS[words["ask"]](words))
    except Exception:  # whatever it is, it is told to whoever asks
        return {"broken": traceback.format_exc()}


if __name__ == "__main__":
    for line in sys.stdin.buffer:
        print(json.dumps(answer(line.decode())), flush=True)
