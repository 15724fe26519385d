"""Answers with a shape: the same members as the JSON of the `keyhome` command and of every other language.

A count of hash values is an `int` up to 2**53 and beyond it a `str` of hexadecimal digits, as in that JSON: a ring of
128-bit points has larger ones than every reader of JSON can hold. `int(text, 16)` reads it.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from ._words import Dialect


class HashStep(TypedDict):
    """A hash function and the value that it gave."""

    algorithm: str
    value: int | str


class OnlyNodeStep(TypedDict):
    """The pool has one node: nothing is hashed."""

    by: Literal["only_node"]


class PointStep(TypedDict):
    """The ring point that the hash meets."""

    by: Literal["point"]
    point: int | str
    label: str
    position: int
    points: int


class ListStep(TypedDict):
    """The place in modula's list: the hash modulo its length."""

    by: Literal["list"]
    position: int
    length: int


class SlotStep(TypedDict):
    """The slot of Redis Cluster."""

    by: Literal["slot"]
    slot: int


class SumStep(TypedDict):
    """The sum of UTF-16 code units, modulo the number of live nodes."""

    by: Literal["sum"]
    sum: int
    nodes: int


PlaceStep = OnlyNodeStep | PointStep | ListStep | SlotStep | SumStep
"""How a node follows from a hash; `by` says which step it is."""


class Explanation(TypedDict):
    """Each step from a key to its home.

    `key`, `tag` and `hashed` are texts; where one is not UTF-8, `key_hex`, `tag_hex` or `hashed_hex` has its bytes in
    hexadecimal digits instead.
    """

    key: NotRequired[str]
    key_hex: NotRequired[str]
    dialect: Dialect
    tag: NotRequired[str | None]
    tag_hex: NotRequired[str]
    hashed: NotRequired[str | None]
    hashed_hex: NotRequired[str]
    hash: HashStep | None
    place: PlaceStep
    node: str
    index: int
    address: str
    next: str | None


class NodeShare(TypedDict):
    """How many values of the key hash a node owns; `None` where there are no exact shares."""

    node: str
    share: int | str | None


class Balance(TypedDict):
    """How much each node owns, of `range` values that the key hash can give."""

    range: int | str | None
    shares: list[NodeShare]
    uncovered: NotRequired[int]


# `from` is a word of Python.
Move = TypedDict("Move", {"from": str | None, "to": str | None, "share": int | str})
"""Values that change hands; `None`: nobody had, or has, the slot."""


class AddressChange(TypedDict):
    """A node that both sides have, at different addresses."""

    node: str
    old: str
    new: str


class Diff(TypedDict):
    """What a change of routers moves. `range`, `moves` and `stays` are there where `exact` is true."""

    exact: bool
    range: NotRequired[int | str]
    moves: NotRequired[list[Move]]
    stays: NotRequired[int | str]
    addresses: list[AddressChange]
