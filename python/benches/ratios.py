"""How fast keyhome is beside what Python programs use today, as ratios.

Both sides run in turn, in one process, on the same keys of 10 to 30 characters, so that a busy machine slows both; the
ratio is the median over the rounds of the peer's time through ours in the same round.

    python benches/ratios.py [--rounds N]
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import sys
from array import array
from collections import Counter
from collections.abc import Callable
from time import process_time

from redis._parsers import CommandsParser
from redis.crc import key_slot
from uhashring import HashRing

import keyhome

KEYS = 4096
MANY = 100_000


def keys(count: int) -> list[str]:
    """Keys of 10 to 30 characters, every eighth with a hash tag."""
    dice = random.Random(7)

    def key(number: int) -> str:
        word = ("user:", "session:", "cart:item:", "feed:v2:user:")[number % 4]
        text = f"{{{dice.randrange(10**8)}}}:{word}x" if number % 8 == 7 else f"{word}{dice.getrandbits(64):x}"
        return text.ljust(30, "7")[: dice.randint(10, 30)]

    return [key(number) for number in range(count)]


def seconds(run: Callable[[], object]) -> float:
    """What it takes of the processor: where other programs wait for it too, the slower side would wait more often."""
    start = process_time()
    run()
    return process_time() - start


class Table:
    """The rows, and which of them missed."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self.missed: list[str] = []
        print(f"{'what':<44} {'beside':<40} {'ns':>8} {'peer ns':>8} {'faster':>8} {'to reach':>8}")

    def row(
        self,
        what: str,
        beside: str,
        operations: int,
        ours: Callable[[], object],
        peer: Callable[[], object],
        to_reach: float | None = None,
    ) -> None:
        ours()
        peer()
        pairs = [(seconds(ours), seconds(peer)) for _ in range(self.rounds)]
        ratio = statistics.median(theirs / own for own, theirs in pairs)
        own, theirs = (statistics.median(pair[side] for pair in pairs) / operations * 1e9 for side in (0, 1))
        target = f"{to_reach:.1f}x" if to_reach else "-"
        verdict = "" if to_reach is None or ratio >= to_reach else "  MISSED"
        if verdict:
            self.missed.append(what)
        print(f"{what:<44} {beside:<40} {own:>8.1f} {theirs:>8.1f} {ratio:>7.1f}x {target:>8}{verdict}", flush=True)


def slot_of_each(keys: list[str]) -> None:
    slot = keyhome.slot
    for key in keys:
        slot(key)


def key_slot_of_each(keys: list[str]) -> None:
    for key in keys:
        key_slot(key.encode())


def index_of_each(router: keyhome.Router, keys: list[str]) -> None:
    for key in keys:
        router.index(key)


def node_of_each(ring: HashRing, keys: list[str]) -> None:
    for key in keys:
        ring.get_node(key)


def parser() -> CommandsParser:
    """What redis-py makes of the reply of COMMAND, with some of its rows."""
    made = CommandsParser.__new__(CommandsParser)
    rows = {"get": (1, 1, 1), "set": (1, 1, 1), "mget": (1, -1, 1), "mset": (1, -1, 2), "hset": (1, 1, 1)}
    rows |= {"zadd": (1, 1, 1), "del": (1, -1, 1), "expire": (1, 1, 1), "rename": (1, 2, 1), "ping": (0, 0, 0)}
    made.commands = {
        name: {
            "name": name,
            "arity": -2,
            "flags": ["readonly"],
            "first_key_pos": first,
            "last_key_pos": last,
            "step_count": step,
            "subcommands": [],
        }
        for name, (first, last, step) in rows.items()
    }
    return made


def keys_of_each(commands: list[list[str]]) -> None:
    command_keys = keyhome.command_keys
    for command in commands:
        [command[position] for position in command_keys(command)]


def keys_by_parser(parser: CommandsParser, commands: list[list[str]]) -> None:
    get_keys: Callable[..., object] = parser.get_keys
    for command in commands:
        get_keys(None, *command)


def recorded(hot: keyhome.HotKeys, keys: list[str]) -> None:
    record = hot.record
    for key in keys:
        record(key, 1)


def counted(counter: Counter[str], keys: list[str]) -> None:
    for key in keys:
        counter[key] += 1


def main() -> int:
    arguments = argparse.ArgumentParser(description="Prints how fast keyhome is beside its peers.")
    arguments.add_argument("--rounds", type=int, default=31)
    rounds = arguments.parse_args().rounds

    few, many = keys(KEYS), keys(MANY)
    encoded = [key.encode() for key in many]
    packed = b"".join(encoded)
    offsets = array("I", [0])
    for key in encoded:
        offsets.append(offsets[-1] + len(key))

    names = [f"10.0.0.{number}:6379" for number in range(1, 11)]
    servers = "".join(f"\n   - {name}:1" for name in names)
    fnv = keyhome.Router.from_config(f"pool:\n  hash: fnv1a_64\n  servers:{servers}")
    md5 = keyhome.Router.from_config(f"pool:\n  hash: md5\n  servers:{servers}")
    like_uhashring = keyhome.Router.from_config(f"pool:\n  dialect: uhashring\n  mode: ketama\n  servers:{servers}")
    ring = HashRing(names)
    ketama = HashRing(names, hash_fn="ketama")

    assert [keyhome.slot(key) for key in few] == [key_slot(key.encode()) for key in few]
    assert [like_uhashring.node(key).name for key in few] == [ketama.get_node(key) for key in few]
    assert fnv.indexes(many) == fnv.indexes_packed(packed, offsets)

    gc.disable()
    table = Table(rounds)
    table.row(
        "slot(key)", "redis-py key_slot(key.encode())", KEYS,
        lambda: slot_of_each(few), lambda: key_slot_of_each(few), 5,
    )  # fmt: skip
    table.row(
        "router.index(key), fnv1a_64, 10 servers", "uhashring get_node(key)", KEYS,
        lambda: index_of_each(fnv, few), lambda: node_of_each(ring, few), 25,
    )  # fmt: skip
    table.row(
        "router.index(key), md5, 10 servers", "uhashring get_node(key), ketama", KEYS,
        lambda: index_of_each(md5, few), lambda: node_of_each(ketama, few), 8,
    )  # fmt: skip
    table.row(
        "router.index(key), dialect uhashring", "the same ring: every answer is equal", KEYS,
        lambda: index_of_each(like_uhashring, few), lambda: node_of_each(ketama, few),
    )  # fmt: skip
    table.row(
        "slots(list of 100k str)", "[key_slot(key.encode()) for key in keys]", MANY,
        lambda: keyhome.slots(many), lambda: key_slot_of_each(many), 12,
    )  # fmt: skip
    table.row(
        "slots_packed, 100k keys", "the same", MANY,
        lambda: keyhome.slots_packed(packed, offsets), lambda: key_slot_of_each(many),
    )  # fmt: skip
    table.row(
        "router.indexes(list of 100k str), md5", "[ring.get_node(key) for key in keys]", MANY,
        lambda: md5.indexes(many), lambda: node_of_each(ketama, many),
    )  # fmt: skip
    table.row(
        "router.indexes(list of 100k str), fnv1a_64", "the same", MANY,
        lambda: fnv.indexes(many), lambda: node_of_each(ring, many),
    )  # fmt: skip
    table.row(
        "router.group(list of 100k str), fnv1a_64", "the same", MANY,
        lambda: fnv.group(many), lambda: node_of_each(ring, many),
    )  # fmt: skip
    commands = [["GET", key] if number % 2 else ["SET", key, "value"] for number, key in enumerate(few)]
    long_commands = [["MSET", *few[at : at + 20]] for at in range(0, KEYS - 20, 20)]
    of_redis_py = parser()
    table.row(
        "command_keys, GET and SET", "redis-py CommandsParser.get_keys", KEYS,
        lambda: keys_of_each(commands), lambda: keys_by_parser(of_redis_py, commands),
    )  # fmt: skip
    table.row(
        "command_keys, MSET of 10 keys", "the same", len(long_commands),
        lambda: keys_of_each(long_commands), lambda: keys_by_parser(of_redis_py, long_commands),
    )  # fmt: skip
    dice = random.Random(3)
    stream = [few[int(KEYS * dice.random() ** 3)] for _ in range(MANY)]
    hot, counter = keyhome.HotKeys(), Counter[str]()
    table.row(
        "hot_keys.record(key, now), 256 counters", "collections.Counter, which grows", MANY,
        lambda: recorded(hot, stream), lambda: counted(counter, stream),
    )  # fmt: skip
    if table.missed:
        print(f"missed: {', '.join(table.missed)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
