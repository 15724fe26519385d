"""When all parts of a command have replied, or failed, so does the command."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, NamedTuple, TypeVar

from redis.client import EMPTY_RESPONSE, NEVER_DECODE

from .errors import DonePart, FailedPart, SplitError, UnavailableError, may_be_asked_elsewhere
from .kinds import Kind
from .parts import Part, scan_reply
from .placement import Placement
from .replies import NodeReply, merged
from .shard import Endpoint, Shard

Client = TypeVar("Client")

Callbacks = Mapping[Any, Callable[..., Any]]
"""What redis-py makes of replies, by command."""

# Options of redis-py that its parsers do not take.
_FOR_READING = {NEVER_DECODE, EMPTY_RESPONSE, "keys"}


class Target(NamedTuple, Generic[Client]):
    """A part of a command, and who is asked.

    Attributes:
        shard: The node.
        endpoint: Its primary, or a replica.
        part: The part.
        refusal: Why nobody is asked.
    """

    shard: Shard[Client]
    endpoint: Endpoint[Client]
    part: Part
    refusal: UnavailableError | None = None


def settled(
    args: tuple[Any, ...],
    options: Mapping[str, Any],
    kind: Kind,
    targets: Sequence[Target[Any]],
    outcomes: Sequence[Any],
    placement: Placement[Any],
    callbacks: Callbacks,
) -> Any:
    """The result of a command, as its caller gets it.

    Args:
        args: The command, as redis-py's `execute_command` takes it.
        options: Its options.
        kind: Its kind.
        targets: Who was asked.
        outcomes: For each of them a reply as the server sent it, or the error.
        placement: Where keys live.
        callbacks: What redis-py makes of replies.

    Raises:
        SplitError: Some failed.
        Exception: All failed in the same way, and this is it.
    """
    is_split = any(target.part.places for target in targets)
    keys = [args[place] for place in kind.key_places(args)] if is_split else []
    failures: list[FailedPart] = []
    successes: list[DonePart] = []
    replies: list[NodeReply] = []
    for target, outcome in zip(targets, outcomes, strict=True):
        node, name = target.shard.node, target.shard.node.name
        if target.endpoint is not target.shard.primary:
            name = target.endpoint.address
            node = replace(node, address=name)
        of_part = tuple(keys[place] for place in target.part.places)
        if isinstance(outcome, Exception):
            failures.append(FailedPart(node, of_part, outcome))
        else:
            successes.append(DonePart(node, of_part, outcome))
            replies.append(NodeReply(name, node, target.part.places, outcome))
    if failures and not (kind.merge == "one_ok" and successes):
        raise _error_of(kind.command.upper(), failures, successes)
    command = args[0]
    if (cursor := targets[0].part.cursor) is not None:
        return called_back(command, options, scan_reply(cursor, replies[0].reply, placement), callbacks)
    if kind.merge == "per_node":
        parsed = [reply._replace(reply=called_back(command, options, reply.reply, callbacks)) for reply in replies]
        return merged("per_node", parsed)
    return called_back(command, options, merged(kind.merge, replies), callbacks)


def reached_of(targets: Sequence[Target[Client]], outcomes: Sequence[Any]) -> tuple[list[Target[Client]], list[Any]]:
    """Of who was asked, and what came of it, without the nodes that are away; all if nobody is there."""
    pairs = list(zip(targets, outcomes, strict=True))
    reached = [(target, outcome) for target, outcome in pairs if not may_be_asked_elsewhere(outcome)] or pairs
    return [target for target, _ in reached], [outcome for _, outcome in reached]


def called_back(name: Any, options: Mapping[str, Any], reply: Any, callbacks: Callbacks) -> Any:
    """What redis-py makes of a reply."""
    callback = callbacks.get(name)
    if callback is None:
        return reply
    return callback(reply, **{key: value for key, value in options.items() if key not in _FOR_READING})


def _error_of(name: str, failures: list[FailedPart], successes: list[DonePart]) -> Exception:
    first = failures[0].error
    # Where all servers say the same of the command, that is what is wrong.
    if not successes and all(type(part.error) is type(first) and str(part.error) == str(first) for part in failures):
        return first
    error = SplitError(name, tuple(failures), tuple(successes))
    error.__cause__ = first
    return error
