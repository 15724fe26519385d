#!/usr/bin/env python3
"""Record what COMMAND of a real server says: one command a line, sorted by name, as JSON.

usage: capture_commands.py OUT.json SERVER [ARGUMENT...]      needs the Python package redis; starts SERVER itself

Kept of each command: name, arity, flags, tips, key specs and subcommands. Left out: what follows from the specs (first,
last and step), ACL categories, documentation.
"""
import json, subprocess, sys, tempfile, time
import redis

PORT = 21391


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def pairs(flat):
    return dict(zip(map(text, flat[::2]), flat[1::2]))


def search(spec):
    spec = pairs(spec)
    return {"type": text(spec["type"]), "spec": {key: text(value) for key, value in pairs(spec["spec"]).items()}}


def key_spec(spec):
    spec = pairs(spec)
    flags = sorted(map(text, spec["flags"]))
    return {"flags": flags, "begin_search": search(spec["begin_search"]), "find_keys": search(spec["find_keys"])}


def command(row):
    return {
        "name": text(row[0]),
        "arity": row[1],
        "flags": sorted(map(text, row[2])),
        "tips": sorted(map(text, row[7])),
        "key_specs": [key_spec(spec) for spec in row[8]],
        "subcommands": sorted((command(sub) for sub in row[9]), key=lambda sub: sub["name"]),
    }


out, server = sys.argv[1], sys.argv[2:]
with tempfile.TemporaryDirectory() as folder:
    options = ["--port", str(PORT), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    process = subprocess.Popen([*server, *options], stdout=subprocess.DEVNULL)
    try:
        time.sleep(2)
        connection = redis.Connection(port=PORT, protocol=2)
        connection.send_command("COMMAND")
        commands = sorted(map(command, connection.read_response()), key=lambda row: row["name"])
    finally:
        process.terminate()
        process.wait()
with open(out, "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in commands) + "\n]\n")
print(f"{len(commands)} commands, {sum(len(row['subcommands']) for row in commands)} subcommands -> {out}")
