"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cases import CONFIG, TESTS, Count
from hypothesis.configuration import set_hypothesis_home_dir
from servers import RedisServer, Scratch

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


@pytest.fixture(scope="session")
def scratch() -> Iterator[Scratch]:
    """Where the servers of the tests run."""
    with Scratch() as made:
        yield made


@pytest.fixture(scope="module")
def own_servers(scratch: Scratch) -> list[RedisServer]:
    """Three servers of a module of tests."""
    return [RedisServer.start(scratch) for _ in range(3)]


@pytest.fixture
def servers(own_servers: list[RedisServer]) -> Iterator[list[RedisServer]]:
    """Three servers that are up and empty."""
    for server in own_servers:
        server.ask("FLUSHALL")
    yield own_servers
    for server in own_servers:
        server.restore()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in Count.lines:
        terminalreporter.write_line(line)
