"""Forked processes."""

from __future__ import annotations

import os
import traceback
import warnings
from collections.abc import Callable


def all_agree_in_forks(works: Callable[[], bool], count: int) -> bool:
    """Whether `works` is true in so many children."""
    children = []
    for _ in range(count):
        with warnings.catch_warnings():
            # That it is done beside other threads is what is tested.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            try:
                os._exit(0 if works() else 1)
            except BaseException:
                traceback.print_exc()
                os._exit(2)
        children.append(child)
    return [os.waitpid(child, 0)[1] for child in children] == [0] * count
