"""Where the systems in use put keys, as recorded from the real programs."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256

from cases import TESTS, Count

import keyhome
from keyhome import Router

FOLDER = TESTS / "vectors" / "dialects"


def test_runs_of_real_programs(count: Count) -> None:
    index = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))
    keys = [f"key:{number}" for number in range(10_000)]
    asked = 0
    for file, entry in index.items():
        run = json.loads((FOLDER / file).read_text(encoding="utf-8"))
        if entry.get("slots"):
            for key, slot in run["vectors"]:
                text, times = entry["written_short"].get(key, (key, 1))
                assert keyhome.slot((text * times).encode("latin-1")) == slot
                asked += 1
            continue
        router = Router.from_config(json.dumps(entry["config"]))
        for key, node in run["map"].items():
            assert run["nodes"][router.index(key)] == node, (file, key)
        indexes = router.indexes(keys)
        counts = Counter(dict.fromkeys(run["nodes"], 0))
        counts.update(run["nodes"][index] for index in indexes)
        assert counts == run["counts10k"], file
        assert sha256(",".join(map(str, indexes)).encode()).hexdigest() == run["sha10k"], file
        asked += len(run["map"]) + len(keys)
    count(len(index), asked, "keys", 88)


def test_slots_of_redis_server(count: Count) -> None:
    lines = (TESTS / "vectors" / "redis-7.0.15-slots.tsv").read_text(encoding="ascii").splitlines()
    pairs = [line.split("\t") for line in lines]
    keys = [bytes.fromhex(key) for key, _ in pairs]
    assert keyhome.slots(keys).tolist() == [int(slot) for _, slot in pairs]
    assert [keyhome.slot(key) for key in keys] == [int(slot) for _, slot in pairs]
    count(1, len(keys), "keys", 1)


def test_pools_of_nutcracker(count: Count) -> None:
    with (TESTS / "vectors" / "nutcracker-0.5.0.jsonl").open(encoding="utf-8") as lines:
        pools = [json.loads(line) for line in lines]
    asked = 0
    for pool in pools:
        config = {name: pool[name] for name in ("hash", "distribution", "servers")} | {"redis": True}
        if pool.get("hash_tag"):
            config["hash_tag"] = pool["hash_tag"]
        router = Router.from_config(json.dumps({pool["pool"]: config}))
        keys = [bytes.fromhex(key) for key in pool["keys_hex"]]
        assert router.indexes(keys).tolist() == pool["owners"], pool["pool"]
        asked += len(keys)
    count(len(pools), asked, "keys", 88)
