"""The summary of errors above a form: each line names its field and leads to it.

A field's label is written below, where the field stands, so a page is finished when it is whole: the names are taken
from its own labels and legends, and never differ from them.
"""

import re

from markupsafe import escape

from core.i18n import Locale

MARK = "<!--names "
#: What :file:`web/templates/components.html` leaves in a summary.
_LINE = re.compile(r'<a href="#(?P<id>[^"]*)"><!--names -->')
_LABEL = r'<label\b[^>]*\bfor="{id}"[^>]*>(.*?)</label>'
_GROUP = r'<fieldset\b[^>]*\bid="{id}"[^>]*>\s*<legend\b[^>]*>(.*?)</legend>'
_FIRST = r'<(?:input|select|textarea|button)\b[^>]*\bid="({id}(?:-[^"]*)?)"'
_OPTIONAL = re.compile(r'<span class="optional">.*?</span>', re.S)
_TAGS = re.compile(r"<[^>]*>")


def _named(html: str, field: str) -> str:
    """As HTML that is already escaped; empty for a field without a label of its own."""
    for pattern in (_LABEL, _GROUP):
        found = re.search(pattern.format(id=re.escape(field)), html, re.S)
        if found is not None:
            bare = _TAGS.sub("", _OPTIONAL.sub("", found[1]))
            return " ".join(bare.split()).rstrip("。.:：")
    return ""


def _target(html: str, field: str) -> str:
    """The field itself, else the first of a group of the same name."""
    if f'id="{field}"' in html:
        return field
    found = re.search(_FIRST.format(id=re.escape(field)), html)
    return found[1] if found else field


def name_fields(html: str, locale: Locale) -> str:
    between = ": " if locale == "en" else "："

    def line(found: re.Match[str]) -> str:
        field = found["id"]
        name = _named(html, field)
        return f'<a href="#{escape(_target(html, field))}">{name + between if name else ""}'

    return _LINE.sub(line, html)
