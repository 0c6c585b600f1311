"""All regular expressions of the package with how they are used, and hostile texts made from an expression itself."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import nkcorpus
from nkcorpus.clean import load_rules

# The parser of `re` itself tells what a pattern is made of; it has no public name and no types.
parser: Any = importlib.import_module("re._parser")
op: Any = importlib.import_module("re._constants")

_FUNCTIONS = frozenset("compile match fullmatch search findall finditer sub subn split".split())
_ANCHORED = frozenset({"match", "fullmatch"})
_FOLDER = Path(nkcorpus.__file__).parent


@dataclass(frozen=True)
class Expression:
    """A pattern, where it stands, and whether it is only ever tried at the beginning of a text."""

    where: str
    pattern: re.Pattern[str]
    anchored: bool

    def run(self, text: str) -> None:
        """Go through `text` as the package does."""
        if self.anchored:
            self.pattern.match(text)
            self.pattern.fullmatch(text)
        else:
            for _ in self.pattern.finditer(text):
                pass


def expressions() -> list[Expression]:
    """Return the expressions in the package's modules, but for those of rules, each once."""
    found: dict[tuple[str, int], Expression] = {}
    rules = {rule.regex for rule in load_rules()}
    for module in _modules():
        uses = _uses(module)
        for name, method, pattern in _patterns(module):
            if pattern not in rules:
                anchored = {method} <= _ANCHORED or bool(uses.get(name) and uses[name] <= _ANCHORED)
                key = (pattern.pattern, pattern.flags)
                if key not in found or not anchored:
                    found[key] = Expression(f"{module.__name__}.{name}", pattern, anchored)
    return sorted(found.values(), key=lambda expression: expression.where)


def computed_calls() -> list[str]:
    """Return where a function makes an expression that is no constant, as `module:line function`."""
    return [
        f"{module.__name__} {ast.unparse(call.args[0])}"
        for module in _modules()
        for call in _calls(module)
        if _constant(call, module) is None
    ]


def _modules() -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages([str(_FOLDER)], "nkcorpus."):
        if not info.name.endswith("__main__"):
            yield importlib.import_module(info.name)


def _tree(module: ModuleType) -> ast.Module:
    return ast.parse(Path(str(module.__file__)).read_text("utf-8"))


def _calls(module: ModuleType) -> Iterator[ast.Call]:
    """Yield the calls of functions of `re` within functions; those outside have their result in the module."""
    functions = [node for node in ast.walk(_tree(module)) if isinstance(node, ast.FunctionDef)]
    for node in {id(node): node for function in functions for node in ast.walk(function)}.values():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _FUNCTIONS:
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "re":
                yield node


def _uses(module: ModuleType) -> dict[str, set[str]]:
    """Return which methods of a pattern the package calls on each name of `module`; none where it is passed on."""
    uses: dict[str, set[str]] = {}
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            uses.setdefault(node.value.id, set()).add(node.attr)
    return uses


def _patterns(module: ModuleType) -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """Yield the name, the method called where it is called at once, and the pattern."""
    for name, value in vars(module).items():
        for pattern in _within(value, module, depth=6):
            yield name, "", pattern
    for call in _calls(module):
        source = _constant(call, module)
        if source is not None:
            flags = [
                value for value in (*call.args[1:], *(k.value for k in call.keywords)) if "re." in ast.unparse(value)
            ]
            value = eval(ast.unparse(flags[-1]), {"re": re}) if flags else 0
            assert isinstance(call.func, ast.Attribute)
            yield f"line {call.lineno}", call.func.attr, _of_text(re.compile(source, value))


def _constant(call: ast.Call, module: ModuleType) -> str | bytes | None:
    """Return the expression that a call is given, None where it takes more than the module's constants to tell."""
    try:
        value = eval(ast.unparse(call.args[0]), dict(vars(module)))
    except NameError:
        return None
    return value if isinstance(value, str | bytes) else None


def _of_text(pattern: re.Pattern[Any]) -> re.Pattern[str]:
    """Return an expression for bytes as one that takes each byte as a character."""
    if isinstance(pattern.pattern, str):
        return pattern
    return re.compile(pattern.pattern.decode("latin-1"), pattern.flags | re.ASCII)


def _within(value: Any, module: ModuleType, depth: int) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield _of_text(value)
    elif depth and isinstance(value, (tuple, list, set, frozenset)):
        for entry in value:
            yield from _within(entry, module, depth - 1)
    elif depth and isinstance(value, Mapping):
        for entry in [*value.keys(), *value.values()]:
            yield from _within(entry, module, depth - 1)
    elif depth and getattr(type(value), "__module__", "").startswith("nkcorpus"):
        names = [*getattr(value, "__dict__", {}), *getattr(type(value), "__slots__", ())]
        for name in names:
            yield from _within(getattr(value, name, None), module, depth - 1)
    elif depth and isinstance(value, type) and value.__module__ == module.__name__:
        for entry in vars(value).values():
            yield from _within(entry, module, depth - 1)


def pieces(pattern: re.Pattern[str]) -> list[str]:
    """Return short texts that parts of `pattern` match: its examples, what each repetition repeats, its letters."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    found: dict[str, None] = dict.fromkeys(_repeated(tree))
    found.update(dict.fromkeys(_beginnings(tree)))
    found.update(dict.fromkeys([" ", "a", "A ", "1", '"', "<", "(", "\n", "\t ", "가"]))
    return [piece for piece in found if piece and len(piece) < 200]


def _repeated(tree: Any) -> Iterator[str]:
    for code, argument in tree:
        if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            yield from _variants(argument[2])
            yield from _repeated(argument[2])
        elif code is op.SUBPATTERN:
            yield from _repeated(argument[3])
        elif code is op.ATOMIC_GROUP:
            yield from _repeated(argument)
        elif code is op.BRANCH:
            for branch in argument[1]:
                yield from _repeated(branch)
        elif code in (op.ASSERT, op.ASSERT_NOT):
            yield from _repeated(argument[1])


def _beginnings(tree: Any) -> Iterator[str]:
    """Yield what the first items of a sequence match, for every number of items."""
    items = list(tree)
    for length in range(1, len(items) + 1):
        yield from _variants(items[:length])


def _variants(items: Any) -> Iterator[str]:
    """Yield up to four texts that a sequence of items matches."""
    for choice in range(4):
        yield "".join(_example(code, argument, choice) for code, argument in items)


def _example(code: Any, argument: Any, choice: int) -> str:
    if code is op.LITERAL:
        return chr(argument)
    if code is op.NOT_LITERAL:
        return "a" if argument != ord("a") else "b"
    if code is op.ANY:
        return "a"
    if code is op.IN:
        return _member(argument, choice)
    if code is op.BRANCH:
        branch = argument[1][choice % len(argument[1])]
        return "".join(_example(item[0], item[1], choice) for item in branch)
    if code is op.SUBPATTERN:
        return "".join(_example(item[0], item[1], choice) for item in argument[3])
    if code is op.ATOMIC_GROUP:
        return "".join(_example(item[0], item[1], choice) for item in argument)
    if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        times = min(max(int(argument[0]), 1 if choice < 2 else 0), 40)
        return "".join(_example(item[0], item[1], choice) for item in argument[2]) * times
    return ""


_MEMBERS = {
    op.CATEGORY_DIGIT: "7",
    op.CATEGORY_SPACE: " ",
    op.CATEGORY_WORD: "w",
    op.CATEGORY_NOT_DIGIT: "x",
    op.CATEGORY_NOT_SPACE: "x",
    op.CATEGORY_NOT_WORD: "-",
}


def _member(items: Any, choice: int) -> str:
    negated = bool(items) and items[0][0] is op.NEGATE
    members = [_first(code, argument) for code, argument in items if code is not op.NEGATE]
    if not negated:
        return members[choice % len(members)]
    test = re.compile("[^" + "".join(re.escape(member) for member in members) + "]")
    return next(character for character in "ax \n<\x00" if test.match(character))


def _first(code: Any, argument: Any) -> str:
    if code is op.LITERAL:
        return chr(argument)
    return chr(argument[0]) if code is op.RANGE else _MEMBERS.get(argument, "a")
