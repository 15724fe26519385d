"""What all tests share."""

from __future__ import annotations

import pytest
from cases import CONFIG, TESTS, Count
from hypothesis.configuration import set_hypothesis_home_dir

import keyhome

set_hypothesis_home_dir(TESTS.parent / "target" / "python" / "hypothesis")


@pytest.fixture
def count(request: pytest.FixtureRequest) -> Count:
    """Counts the cases that the test ran."""
    return Count(request.node.name.removeprefix("test_"))


@pytest.fixture
def router() -> keyhome.Router:
    """The router of the examples."""
    return keyhome.Router.from_config(CONFIG)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in Count.lines:
        terminalreporter.write_line(line)
