"""Many replies become one, in the way that the core's table names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .._nodes import Node
from .._words import Merge
from .errors import SeparateRepliesError


class NodeReply(NamedTuple):
    """The reply of one node.

    Attributes:
        name: The name of the node; of a replica its address.
        node: The node.
        places: Its keys, by their place among those of the whole command.
        reply: What it replied.
    """

    name: str
    node: Node
    places: Sequence[int]
    reply: Any


class NodeReplies(dict[str, Any]):
    """What each node said, by its name; by its address, if a replica was asked too."""

    def __missing__(self, name: str) -> Any:
        # Who knows of one server only, as many libraries do, asks for a part of what that one would say.
        raise SeparateRepliesError(name, list(self))


def merged(merge: Merge, replies: Sequence[NodeReply]) -> Any:
    """One reply out of many, each of which is a success. There is at least one.

    Replies that stay apart (`per_node`: INFO, SLOWLOG GET) come node by node: lists of entries put together; texts one after
    the other, each after a line that names its node; anything else as `NodeReplies`.
    """
    values = [reply.reply for reply in replies]
    match merge:
        case "sum":
            return _each(values, sum)
        case "min":
            return _each(values, min)
        case "and":
            return _each(values, lambda numbers: type(numbers[0])(all(numbers)))
        case "first":
            return next((value for value in values if value is not None), None)
        case "union":
            return _union(values)
        case "by_key":
            return _by_key(replies)
        case "per_node":
            return _per_node(replies)
        case _:
            # `all_ok`, `one_ok`, and what was asked of one node.
            return values[0]


def _each(values: list[Any], apply: Callable[[list[Any]], Any]) -> Any:
    """Applies to numbers, and to those at the same places of lists and dictionaries."""
    first = values[0]
    if isinstance(first, list):
        return [_each(list(column), apply) for column in zip(*values, strict=True)]
    if isinstance(first, dict):
        return {key: _each([value[key] for value in values], apply) for key in first}
    if isinstance(first, int | float):
        return apply(values)
    # A name beside its number, as PUBSUB NUMSUB has them.
    return first


def _union(values: list[Any]) -> Any:
    first = values[0]
    if isinstance(first, dict):
        return {key: item for value in values for key, item in value.items()}
    if isinstance(first, set):
        return set[Any]().union(*values)
    return [item for value in values for item in value]


def _by_key(replies: Sequence[NodeReply]) -> list[Any]:
    found = {place: item for _, _, places, reply in replies for place, item in zip(places, reply, strict=True)}
    return [found[place] for place in sorted(found)]


def _per_node(replies: Sequence[NodeReply]) -> Any:
    values = [reply.reply for reply in replies]
    if all(isinstance(value, list) and _has_entries(value) for value in values):
        return [item for value in values for item in value]
    titled = [(f"# {node.name} {node.address}\r\n", value) for _, node, _, value in replies]
    if all(isinstance(value, str) for value in values):
        return "\r\n".join(title + text for title, text in titled)
    if all(isinstance(value, bytes) for value in values):
        return b"\r\n".join(title.encode() + text for title, text in titled)
    return NodeReplies({reply.name: reply.reply for reply in replies})


def _has_entries(values: list[Any]) -> bool:
    """Whether a list is one of entries, which may stand beside those of others; that of ROLE is one answer."""
    return all(isinstance(value, list | tuple | dict) for value in values)
