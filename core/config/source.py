"""Reading the settings once, and saying in one line what is wrong with them."""

import difflib
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.config.schema import Settings

PREFIX = "YINBO_"
#: Read by the tests, not by the program.
_TESTS = f"{PREFIX}TEST_"


class SettingsError(Exception):
    """One line: the setting, the fault, the mend."""


def _says(error: Mapping[str, Any]) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["loc"]:
        name = str(error["loc"][0])
    else:
        name, _, message = message.partition(": ")
    return f"{PREFIX}{name.upper()}: {message}."


@lru_cache
def settings() -> Settings:
    from pydantic import ValidationError

    try:
        return Settings()
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        more = f" ({len(faults) - 1} more settings are wrong.)" if len(faults) > 1 else ""
        raise SettingsError(_says(faults[0]) + more) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f".env: it cannot be read ({type(error).__name__}); save it as UTF-8 text.") from None


def _names_in_file() -> list[str]:
    from dotenv import dotenv_values

    return list(dotenv_values(".env", interpolate=False)) if Path(".env").is_file() else []


def unknown_names() -> list[str]:
    """A line for each ``YINBO_`` name that means nothing: most often one letter is wrong."""
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    found = {name.upper() for name in [*os.environ, *_names_in_file()]}
    lines = []
    for name in sorted(name for name in found if name.startswith(PREFIX) and not name.startswith(_TESTS)):
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            lines.append(f"{name} is no setting of Yinbo" + (f"; did you mean {near[0]}?" if near else "."))
    return lines
