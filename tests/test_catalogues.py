"""Every source text has one Chinese translation, in one file, that fits its placeholders; none is left over."""

import ast
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from core.i18n import CATALOGUES, LOCALES, plural, translate
from gateway.pages import environment

ROOT = Path(__file__).parent.parent
FOLDERS = [
    "core",
    "exhibitors",
    "checkin",
    "projects",
    "deals",
    "gateway",
    "api",
    "admin",
    "portal",
    "cli",
    "demo",
    "web",
]
PLACEHOLDER = re.compile(r"%\((\w+)\)s|%%|%")


def _files(*endings: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", "app.py", *FOLDERS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [path for name in listed if name.endswith(endings) and (path := ROOT / name).is_file()]


def _literal(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


#: Where the text stands among the arguments of what shows it; the second number is its plural.
_ARGUMENTS = {
    "mark": (0,),
    "_": (0,),
    "translate": (1,),
    "plural": (1, 2),
    "flash": (1,),
    "FieldError": (2,),
}


def _refusals(trees: list[ast.Module]) -> set[str]:
    """Names of the classes that come from DomainError, however far."""
    bases = {
        node.name: {_name(base) for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = {"DomainError"}
    while more := {name for name, above in bases.items() if above & known} - known:
        known |= more
    return known


def _from_python() -> dict[str, tuple[str, str | None]]:
    """Each source text with the place where it stands and its plural."""
    trees = {path: ast.parse(path.read_text()) for path in _files(".py") if "piccolo_migrations" not in path.parts}
    refusals = _refusals(list(trees.values()))
    found: dict[str, tuple[str, str | None]] = {}
    for path, tree in trees.items():
        for node in ast.walk(tree):
            place = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.ClassDef) and node.name in refusals:
                own = [s for s in node.body if isinstance(s, ast.Assign) and _name(s.targets[0]) == "message"]
                found |= {text: (place, None) for statement in own if (text := _literal(statement.value))}
            elif isinstance(node, ast.Call):
                name = _name(node.func)
                at = _ARGUMENTS.get(name) or ((0,) if name in refusals else ())
                texts = [_literal(node.args[i]) if len(node.args) > i else None for i in at]
                if texts and (first := texts[0]):
                    found[first] = (place, texts[1] if len(texts) > 1 else None)
                for keyword in node.keywords:
                    if keyword.arg == "message" and name in refusals and (text := _literal(keyword.value)):
                        found[text] = (place, None)
    return found


def _from_templates() -> dict[str, tuple[str, str | None]]:
    found: dict[str, tuple[str, str | None]] = {}
    paths = [path for path in _files(".html", ".txt", ".xml", ".svg") if "templates" in path.parts]
    for path in paths:
        with path.open("rb") as file:
            options = {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
            for line, function, message, _ in babel_extract(file, ["_", "plural"], [], options):
                texts = message if isinstance(message, tuple) else (message,)
                place = f"{path.relative_to(ROOT)}:{line}"
                if texts[0]:
                    found[texts[0]] = (place, texts[1] if function == "plural" else None)
    return found


def _messages() -> list[tuple[str, Message]]:
    out: list[tuple[str, Message]] = []
    for path in sorted((CATALOGUES / "zh_CN").glob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale="zh_CN", abort_invalid=True)
        assert not catalogue.obsolete, f"{path.name}: remove what is commented out"
        out += [(path.name, message) for message in catalogue if message.id]
    return out


SOURCES = _from_python() | _from_templates()
MESSAGES = _messages()


def _source(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def test_every_text_is_translated() -> None:
    have = {_source(message) for _, message in MESSAGES if all(_strings(message))}
    missing = {text: place for text, (place, _) in SOURCES.items() if text not in have}
    assert missing == {}


def test_no_translation_is_left_over() -> None:
    unused = [f"{file}: {_source(message)}" for file, message in MESSAGES if _source(message) not in SOURCES]
    assert unused == []


def test_no_text_stands_in_two_files() -> None:
    counted = Counter(_source(message) for _, message in MESSAGES)
    twice = {
        text: [file for file, message in MESSAGES if _source(message) == text]
        for text, times in counted.items()
        if times > 1
    }
    assert twice == {}


def test_none_is_marked_fuzzy() -> None:
    assert [f"{file}: {_source(message)}" for file, message in MESSAGES if message.fuzzy] == []


def test_placeholders_are_the_same_in_both_languages() -> None:
    def names(text: str) -> list[str]:
        return sorted({match.group(1) or match.group(0) for match in PLACEHOLDER.finditer(text)})

    wrong = []
    for file, message in MESSAGES:
        for string in _strings(message):
            if string and names(string) != names(_source(message)):
                wrong.append(f"{file}: {_source(message)} -> {string}")
    assert wrong == []


def test_plurals_are_the_ones_of_the_source() -> None:
    wrong = []
    for file, message in MESSAGES:
        _, many = SOURCES.get(_source(message), ("", None))
        own = None if isinstance(message.id, str) else message.id[1]
        if own != many:
            wrong.append(f"{file}: {_source(message)}: {own!r} is not {many!r}")
    assert wrong == []


def test_a_plural_follows_its_number_in_english_and_stays_in_chinese() -> None:
    texts = ("%(n)s day ago", "%(n)s days ago")
    assert [plural("en", *texts, n) for n in (0, 1, 2)] == ["0 days ago", "1 day ago", "2 days ago"]
    assert [plural("zh-CN", *texts, n) for n in (0, 1, 2)] == ["0 天前", "1 天前", "2 天前"]


def test_an_unknown_text_shows_as_it_stands() -> None:
    assert translate("zh-CN", "Nobody translated %(this)s", this="this") == "Nobody translated this"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_template_compiles(locale: str) -> None:
    made = environment("en" if locale == "en" else "zh-CN")
    for name in made.list_templates(extensions=["html"]):
        made.get_template(name)
