"""Every example runs, and what people read in an editor is what `help()` shows."""

from __future__ import annotations

import ast
import doctest
import inspect
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from examples import ROOT, Examples
from servers import Scratch

import keyhome
import keyhome.redis
import keyhome.redis.asyncio
import keyhome.redis.asyncio.client
import keyhome.redis.client
from keyhome import _errors, _keyhome, _nodes

PACKAGE = Path(inspect.getfile(keyhome)).parent
DOCUMENTS = [
    *(ROOT / folder / "README.md" for folder in (".", "node", "python", "examples")),
    *(ROOT / "docs").glob("*.md"),
]
WITH_EXAMPLES = sorted(
    file for file in DOCUMENTS if file.exists() and "```python\n" in file.read_text(encoding="utf-8")
)

Documented = ast.Module | ast.ClassDef | ast.FunctionDef


def stub_docstrings() -> dict[str, str]:
    """The docstrings of `_keyhome.pyi`, by name."""

    def walk(nodes: list[ast.stmt], prefix: str) -> None:
        for node in nodes:
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                if docstring := ast.get_docstring(node):
                    docstrings[prefix + node.name] = docstring
                if isinstance(node, ast.ClassDef):
                    walk(node.body, f"{prefix}{node.name}.")

    docstrings: dict[str, str] = {}
    walk(ast.parse((PACKAGE / "_keyhome.pyi").read_text(encoding="utf-8")).body, "")
    return docstrings


def find(name: str) -> Any:
    found: Any = _keyhome
    for part in name.split("."):
        found = getattr(found, part)
    return found


STUBS = stub_docstrings()


@pytest.mark.parametrize("name", STUBS)
def test_stub_and_module_say_the_same(name: str) -> None:
    assert inspect.getdoc(find(name)) == STUBS[name]


def test_everything_is_documented() -> None:
    compiled = {name for name, value in vars(keyhome).items() if value is getattr(_keyhome, name, None)}
    assert set(STUBS) >= {name for name in compiled if not name.startswith("_")}
    for of in (keyhome.Router, keyhome.Health, keyhome.ReplicaSet, keyhome.HotKeys):
        assert set(STUBS) >= {f"{of.__name__}.{name}" for name in vars(of) if not name.startswith("_")}


def run_examples(text: str, name: str, router: keyhome.Router, scope: dict[str, Any] | None = None) -> int:
    names = {"keyhome": keyhome, "router": router, **(scope or {})}
    test = doctest.DocTestParser().get_doctest(text, names, name, name, 0)
    results = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test)
    assert results.failed == 0
    return results.attempted


@pytest.mark.parametrize("name", STUBS)
def test_examples_of_the_stubs(name: str, router: keyhome.Router) -> None:
    assert run_examples(STUBS[name], name, router) > 0, "an example is missing"


MODULES = [
    keyhome,
    _errors,
    _nodes,
    keyhome.redis,
    keyhome.redis.asyncio,
    keyhome.redis.client,
    keyhome.redis.asyncio.client,
]


@pytest.mark.parametrize("module", MODULES)
def test_examples_of_the_modules(module: ModuleType, router: keyhome.Router) -> None:
    scope = {name: vars(module)[name] for name in ("ShardedRedis",) if name in vars(module)}
    for test in doctest.DocTestFinder().find(module, module.__name__):
        run_examples(test.docstring or "", test.name, router, scope)


@pytest.fixture(scope="module")
def examples(scratch: Scratch) -> Examples:
    """Runs examples of documentation."""
    return Examples(scratch)


@pytest.mark.parametrize("file", WITH_EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_examples_of_the_documentation(file: Path, examples: Examples) -> None:
    assert examples.run(file) > 0
