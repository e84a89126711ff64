"""What every module of ours keeps to."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(
    path for room in ("api", "store", "optimizer", "cli") for path in (ROOT / room).rglob("*.py")
)
OTHERS = sorted(path for room in ("tests", "scripts") for path in (ROOT / room).rglob("*.py"))


def top_level_names(tree: ast.Module) -> set[str]:
    """Public functions and classes that a module defines itself."""
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return {name for name in names if not name.startswith("_")}


def declared(tree: ast.Module) -> set[str] | None:
    for node in tree.body:
        target = getattr(node, "target", None) or next(iter(getattr(node, "targets", ())), None)
        if getattr(target, "id", "") == "__all__":
            return set(ast.literal_eval(node.value))
    return None


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_is_about_and_declares_what_it_exports(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "no docstring"
    exported = declared(tree)
    assert exported is not None, "no __all__"
    undeclared = top_level_names(tree) - exported
    assert not undeclared, f"public but not in __all__: {sorted(undeclared)}"


@pytest.mark.parametrize("path", MODULES + OTHERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_stays_below_five_hundred_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500
