"""What this package says of itself is what the core says: the version, and the words of its types."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import get_args

import keyhome
from keyhome import _keyhome

WORKSPACE = Path(__file__).resolve().parents[2] / "Cargo.toml"


def test_one_version() -> None:
    workspace = tomllib.loads(WORKSPACE.read_text(encoding="utf-8"))["workspace"]["package"]["version"]
    assert keyhome.__version__ == workspace
    # Python writes 1.0.0-alpha.2 as 1.0.0a2.
    for ours, pythons in (("-alpha.", "a"), ("-beta.", "b"), ("-rc.", "rc")):
        workspace = workspace.replace(ours, pythons)
    assert version("keyhome") == workspace


def test_words_are_those_of_the_core() -> None:
    catalogue = _keyhome._catalogue()
    types = {"error_codes": ("ErrorCode", keyhome.ErrorCode), "dialects": ("Dialect", keyhome.Dialect)}
    types |= {"hashes": ("Hash", keyhome.Hash), "access": ("Access", keyhome.Access)}
    types |= {"fan_out": ("FanOut", keyhome.FanOut), "merge": ("Merge", keyhome.Merge)}
    types |= {"on_failure": ("OnFailure", keyhome.OnFailure), "read_from": ("ReadFrom", keyhome.ReadFrom)}
    types |= {"outcomes": ("Outcome", keyhome.Outcome), "live_sets": ("LiveSet", keyhome.LiveSet)}
    types |= {"positions": ("Positions", keyhome.Positions)}
    assert set(types) == set(catalogue)
    for of, (name, type_) in types.items():
        words = "".join(f'    "{word}",\n' for word in catalogue[of])
        assert list(get_args(type_)) == catalogue[of], f"_words.py needs\n\n{name}: TypeAlias = Literal[\n{words}]\n"


def test_everything_public_is_listed() -> None:
    # What another test has imported, `keyhome.redis`, is there since then.
    public = {name for name in vars(keyhome) if not name.startswith("_") and f"keyhome.{name}" not in sys.modules}
    assert public | {"__version__"} == set(keyhome.__all__)


def test_errors_of_a_kind_are_one_class() -> None:
    for code in get_args(keyhome.ErrorCode):
        error = keyhome._errors.error_of(code, "a message", 1, 2, None)
        assert isinstance(error, keyhome.KeyhomeError)
        assert re.fullmatch(r"\w+\.\w+", code)
        assert isinstance(error, ValueError) == (code.split(".")[0] in ("config", "pool", "cluster"))
        assert isinstance(error, TypeError) == (code in ("key.type", "argument.type"))
