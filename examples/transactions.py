"""A transaction on one server, and what happens to one whose keys live on two.

./servers start && python transactions.py
"""

import os
from pathlib import Path

from redis import WatchError

from keyhome import KeyhomeError
from keyhome.redis import ShardedRedis

file = Path(os.environ.get("NUTCRACKER_YML", Path(__file__).with_name("nutcracker.yml")))

with ShardedRedis.from_config(file.read_text(), "sessions", decode_responses=True) as redis:
    # What is in braces alone is hashed (`hash_tag` of the config), so all keys of one cart are on one server.
    items, total = "cart:{7}:items", "cart:{7}:total"
    print(f"{items} and {total} are on {redis.router.node(items).name} and {redis.router.node(total).name}")
    with redis.pipeline(transaction=True) as transaction:
        transaction.rpush(items, "tea", "milk").incrby(total, 5)
        print("all or nothing, in one go:", transaction.execute())

    # Somebody else changes what is watched: nothing is done.
    with redis.pipeline(transaction=True) as transaction:
        transaction.watch(total)
        seen = int(transaction.get(total) or 0)
        redis.incrby(total, 1)
        transaction.multi()
        transaction.set(total, seen * 2)
        try:
            transaction.execute()
        except WatchError:
            print(f"the total was {seen} and is {redis.get(total)} now: the transaction was not done")

    # No server can do a part and undo it when another fails, so this is refused before anything is sent.
    with redis.pipeline(transaction=True) as transaction:
        transaction.decrby("balance:ada", 10).incrby("balance:alan", 10)
        try:
            transaction.execute()
        except KeyhomeError as error:
            print(f"{error.code}: {error}")
    print("nothing of it was done:", redis.mget("balance:ada", "balance:alan"))

    redis.unlink(items, total)
