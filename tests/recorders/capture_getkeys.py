#!/usr/bin/env python3
"""Record COMMAND GETKEYS of a real server for commands that redis-server 7.0 does not have, as JSON, one case a line.

usage: capture_getkeys.py SEED CASES KNOWN.json OUT.json SERVER [ARGUMENT...]      needs the Python package redis

KNOWN.json is a recording of capture_commands.py: its commands are left out. CASES are the cases for each command. No two
words of a case are alike, so that the words that GETKEYS gives say where they stood.
"""
import json, random, subprocess, sys, tempfile, time
import redis

PORT = 21392
WORDS = ["store", "STREAMS", "keys", "GET", "COUNT", "weights", "AGGREGATION", "avg", "WITHSCORES", "EX", "NX", "$", "0", "1", "2", "3", "4", "-1", "2x", "x"]


def names(commands):
    return {row["name"].lower(): row["arity"] for command in commands for row in [command, *command["subcommands"]]}


def row(reply):
    name = reply[0].decode()
    return {"name": name, "arity": reply[1], "subcommands": [row(sub) for sub in reply[9]]}


def case(rng, name, arity):
    words = [rng.choice([str.upper, str.lower])(word) for word in name.split("|")]
    enough = max(abs(arity) - len(words), 1)
    count = rng.randrange(0, 3) if rng.random() < .15 else enough + (rng.randrange(0, 8) if arity < 0 else 0)
    pool = WORDS[:]
    rng.shuffle(pool)
    for at in range(count):
        words.append(pool.pop() if rng.random() < .45 else f"key:{at}")
    return words


seed, cases, known, out, server = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5:]
rng = random.Random(seed)
with open(known) as file:
    known = names(json.load(file))
lines = []
with tempfile.TemporaryDirectory() as folder:
    options = ["--port", str(PORT), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    process = subprocess.Popen([*server, *options], stdout=subprocess.DEVNULL)
    try:
        time.sleep(2)
        connection = redis.Connection(port=PORT, protocol=2)

        def ask(*words):
            connection.send_command(*words)
            try:
                return connection.read_response()
            except redis.ResponseError as error:
                return error

        for name, arity in sorted(names(map(row, ask("COMMAND"))).items()):
            for _ in range(0 if name in known else cases):
                words = case(rng, name, arity)
                reply = ask("COMMAND", "GETKEYS", *words)
                if isinstance(reply, list):
                    lines.append({"args": words, "positions": [words.index(key.decode()) for key in reply]})
                elif "no key arguments" in str(reply):
                    lines.append({"args": words, "positions": []})
                else:
                    lines.append({"args": words, "error": str(reply)})
    finally:
        process.terminate()
        process.wait()
with open(out, "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(line, separators=(",", ":")) for line in lines) + "\n]\n")
print(f"{len(lines)} cases -> {out}")
