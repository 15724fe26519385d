"""The applications run on the package that users install."""

from __future__ import annotations

from importlib.metadata import files
from pathlib import Path

import keyhome.django
import keyhome.redis.asyncio
from keyhome import _keyhome


def test_it_is_the_wheel() -> None:
    # Of an editable installation pip notes a link only.
    installed = {Path(str(file.locate())).resolve() for file in files("keyhome") or ()}
    for module in (_keyhome, keyhome.django, keyhome.redis, keyhome.redis.asyncio):
        assert Path(module.__file__ or "").resolve() in installed, module
