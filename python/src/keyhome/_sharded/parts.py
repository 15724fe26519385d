"""Where a command goes: to the node of its keys, split over several, to all, or to the next that a cursor names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .. import command_route, scan_next, scan_target
from .._errors import KeyhomeError
from .connection_options import is_for_all_connections
from .errors import all_gone, several_nodes, unsupported
from .kinds import Kind
from .placement import Placement

_ADVICE = "it is about one server or one connection; ask one of `nodes()` for it"


class Part(NamedTuple):
    """What one node is asked.

    Attributes:
        node: The index of the node.
        args: As redis-py's `execute_command` takes them.
        places: Its keys, by their place among those of the whole command.
        cursor: Of a SCAN: the cursor of the whole scan.
    """

    node: int
    args: tuple[Any, ...]
    places: Sequence[int] = ()
    cursor: int | None = None


def parts_of(args: tuple[Any, ...], kind: Kind, placement: Placement[Any]) -> list[Part]:
    """What each node is asked. A part whose `args` are the very tuple that was given is the whole command.

    Raises:
        KeyhomeError: `client.nodes`, `client.unsupported`, `command.arguments`, `pool.ejected`, those of `Router.index`.
    """
    match kind.fan_out:
        case "home":
            home = _common_home(args, kind.key_places(args), kind, placement)
            return [Part(_any_node(placement) if home is None else home, args)]
        case "split":
            return _parts_by_key(args, kind, placement)
        case "channel":
            shift = len(kind.words) - 1
            channels = [position - shift for position in command_route([*kind.words, *args[1:]])["channels"]]
            home = _common_home(args, channels, kind, placement)
            return [Part(_any_node(placement) if home is None else home, args)]
        case "any":
            return [Part(_any_node(placement), args)]
        case "all_primaries" | "all_nodes":
            return [Part(node, args) for node in live_nodes(placement)]
        case "cursor":
            return [_scan_part(args, placement)]
        case "connection" if is_for_all_connections(kind):
            raise unsupported(f"{kind.command.upper()} among other commands", "send it by itself")
        case _:
            raise unsupported(kind.command.upper(), _ADVICE)


def is_whole(parts: list[Part], args: tuple[Any, ...], kind: Kind, placement: Placement[Any]) -> bool:
    """Whether one node is asked the very command, and its reply is the reply: what goes to all nodes has the reply of many
    even if one alone is left of them, and there may be replicas that are asked too."""
    if len(parts) != 1 or parts[0].args is not args:
        return False
    if kind.is_everywhere:
        return placement.count == 1 and (kind.fan_out != "all_nodes" or placement.live.shards[0].replicas is None)
    return True


def common_node(args: tuple[Any, ...], kind: Kind, placement: Placement[Any]) -> int | None:
    """The one node of a command of a transaction.

    Returns:
        `None` where any node would do.

    Raises:
        KeyhomeError: `client.nodes` where there are two; as `parts_of`.
    """
    if kind.fan_out not in ("home", "split", "channel"):
        return None
    parts = parts_of(args, kind, placement)
    if len(parts) > 1:
        raise several_nodes("a transaction", placement.nodes(part.node for part in parts))
    has_keys = kind.fan_out == "channel" or kind.key_places(args)
    return parts[0].node if has_keys else None


def _common_home(args: tuple[Any, ...], places: list[int], kind: Kind, placement: Placement[Any]) -> int | None:
    homes = set(placement.homes([args[place] for place in places]))
    if len(homes) > 1:
        nodes = placement.nodes(sorted(homes))
        raise several_nodes(f"{kind.command.upper()}, which cannot be split,", nodes)
    return homes.pop() if homes else None


def _parts_by_key(args: tuple[Any, ...], kind: Kind, placement: Placement[Any]) -> list[Part]:
    """One a node: each has the words before the first key, its own keys with what belongs to them, and the words after
    the last."""
    places, step = kind.key_places(args), kind.key_step
    if not places:
        return [Part(_any_node(placement), args)]
    first, end = places[0], places[-1] + step
    if end > len(args):
        message = f"`{kind.command}` has {step} words a key, and the last key is short of some"
        raise KeyhomeError("command.arguments", message)
    homes = placement.homes([args[place] for place in places])
    if len(set(homes)) == 1:
        return [Part(homes[0], args)]
    words: dict[int, list[Any]] = {}
    keys: dict[int, list[int]] = {}
    for at, (place, node) in enumerate(zip(places, homes, strict=True)):
        if node not in words:
            words[node] = list(args[:first])
            keys[node] = []
        words[node] += args[place : place + step]
        keys[node].append(at)
    return [Part(node, (*words[node], *args[end:]), keys[node]) for node in words]


def live_nodes(placement: Placement[Any]) -> list[int]:
    """The nodes that take part; there is at least one.

    Raises:
        KeyhomeError: `pool.ejected`.
    """
    placement.refresh()
    live = placement.live_indexes()
    if not live:
        raise all_gone(placement.count)
    return live


def _any_node(placement: Placement[Any]) -> int:
    return live_nodes(placement)[0]


def _scan_part(args: tuple[Any, ...], placement: Placement[Any]) -> Part:
    live_nodes(placement)
    name, *words = args
    # Refuses what is no cursor.
    scan_target(words[0] if words else "", placement.count)
    cursor = _passed_over(int(words[0]), placement)
    node, own = scan_target(cursor, placement.count)
    return Part(node, (name, own, *words[1:]), (), cursor)


def scan_reply(cursor: int, reply: Sequence[Any], placement: Placement[Any]) -> list[Any]:
    """The reply of a SCAN over all nodes, from that of one.

    Args:
        cursor: That of the part that was sent.
    """
    following = scan_next(cursor, reply[0], placement.count)
    return [following and _passed_over(following, placement), *reply[1:]]


def _passed_over(cursor: int, placement: Placement[Any]) -> int:
    """The first cursor from this one on whose node takes part, for the keys of others cannot be read now; 0 where there
    is none."""
    while not placement.is_live(scan_target(cursor, placement.count).node):
        cursor = scan_next(cursor, 0, placement.count)
        if cursor == 0:
            break
    return cursor
