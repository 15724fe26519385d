"""The cases of `tests/contract` and the recordings of `tests/vectors`, which every language is asked.

The contract itself is asked of the wheel together with all other doors: `cargo xtask test doors`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

CONFIG = """
sessions:
  hash_tag: "{}"
  servers:
   - 10.0.0.1:6379:1 redis-1
   - 10.0.0.2:6379:2 redis-2
   - 10.0.0.3:6379:1 redis-3
"""

TESTS = Path(__file__).resolve().parents[2] / "tests"

Case = dict[str, Any]


class Count:
    """How many cases a test ran. It is printed at the end, and the test fails where there should be more."""

    lines: ClassVar[list[str]] = []

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, cases: int, items: int, what: str, at_least: int) -> None:
        self.lines.append(f"python {self.name}: {cases} cases, {items} {what}")
        assert cases >= at_least, f"{self.name}: {cases} cases, and there should be {at_least}"


def cases(file: str) -> list[Case]:
    """The cases of a file of the contract."""
    with (TESTS / "contract" / f"{file}.json").open(encoding="utf-8") as text:
        read: list[Case] = json.load(text)
    return read
