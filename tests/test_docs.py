"""The manual says what is there, and what we stand on lets anyone deploy this."""

import re
import tomllib
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
MANUAL = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_links_in_docs_lead_somewhere() -> None:
    broken = []
    for page in MANUAL:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8")):
            if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []


def test_every_dependency_stands_in_docs_with_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    said = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    names = {re.split(r"[\s<>=;\[]", one)[0] for one in wanted}
    missing = [name for name in names if not name.startswith("types-") and name not in said]
    assert missing == []


def test_no_licence_forbids_to_deploy_this_without_its_source() -> None:
    """AGPL reaches over the network."""
    found = []
    for one in distributions():
        # PEP 639's expression, or the older field and classifiers.
        told = [text[:200] for name in ("License-Expression", "License") for text in one.metadata.get_all(name) or []]
        told += [line for line in one.metadata.get_all("Classifier") or [] if line.startswith("License")]
        if re.search(r"AGPL|Affero", " ".join(told), re.IGNORECASE):
            found.append(one.metadata["Name"])
    assert found == []
