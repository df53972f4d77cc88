"""What a search of the directory compares: parts of names, in characters, in pinyin and by initials."""

import re
from functools import lru_cache

import msgspec

from core import text

#: A change of what is indexed raises it; older rows are then made anew.
VERSION = 2
MOST_TERMS = 5
LONGEST_QUERY = 60
_APOSTROPHES = re.compile("['’`]")


def normal(typed: str) -> str:
    """Compatible forms, lower case, and xi'an as xian."""
    return _APOSTROPHES.sub("", text.search_key(typed))


@lru_cache(maxsize=4096)
def pinyin(name: str) -> tuple[str, str]:
    """Whole and by initials, without what is no letter or digit: ``ningboyanglao``, ``nbyl``."""
    # A fifth of a second and forty megabytes, only for who needs it.
    from pypinyin import lazy_pinyin

    syllables = [re.sub(r"[^a-z0-9]", "", part) for part in lazy_pinyin(normal(name), errors="default")]
    # What was no Chinese comes in one piece, however many words it has.
    parts = [part for part in syllables if part]
    return "".join(parts), "".join(part[0] for part in parts)


class Texts(msgspec.Struct, frozen=True):
    """What of an exhibitor can be found by a search."""

    name: str
    name_en: str
    #: With the names of products.
    exhibits: str = ""


class Place(msgspec.Struct, frozen=True):
    """Where it stands in the alphabet."""

    letter: str
    sort: str


def haystack(texts: Texts) -> str:
    """Lines, so that no match reaches from one into the next. The last two are pinyin and initials."""
    whole, initials = pinyin(texts.name)
    return "\n".join([*(normal(one) for one in (texts.name, texts.name_en, texts.exhibits[:4000])), whole, initials])


def _place(key: str) -> Place:
    key = key[:120]
    return Place(key[0].upper() if key[:1].isascii() and key[:1].isalpha() else "#", key)


def place_zh(texts: Texts) -> Place:
    return _place(pinyin(texts.name)[0])


def place_en(texts: Texts) -> Place:
    """By the English name, or by pinyin without one."""
    return _place(re.sub(r"[^a-z0-9 ]", "", normal(texts.name_en)).strip() or pinyin(texts.name)[0])


def _windows(line: str) -> set[str]:
    found: set[str] = set()
    for at, char in enumerate(line):
        two, three = line[at : at + 2], line[at : at + 3]
        begins = at == 0 or not line[at - 1].isalnum()
        if char.isspace():
            continue
        if not char.isascii() or begins:
            found.add(char)
        if len(two) == 2 and not two[1].isspace() and (not two.isascii() or begins):
            found.add(two)
        if len(three) == 3 and three.isascii() and not re.search(r"\s", three):
            found.add(three)
    return found


def grams(haystack: str) -> set[str]:
    """Of Chinese each character and each pair; of Latin letters each three, and one or two where a word begins. Of
    initials also each two."""
    lines = haystack.split("\n")
    found: set[str] = set()
    for line in lines:
        found |= _windows(line)
    initials = lines[-1]
    return found | {initials[at : at + 2] for at in range(len(initials) - 1)} | set(initials)


class Term(msgspec.Struct, frozen=True):
    text: str
    #: All of them stand in what contains the text.
    grams: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Whether the gram says it all."""
        return self.grams == (self.text,)


def terms(typed: str) -> list[Term]:
    """All of them must be found. What is too long or too much is cut off."""
    found: dict[str, Term] = {}
    for word in normal(typed[: LONGEST_QUERY * 4])[:LONGEST_QUERY].split():
        if len(word) <= 2:
            found[word] = Term(word, (word,))
            continue
        needed: dict[str, None] = {}
        for at in range(len(word) - 1):
            two, three = word[at : at + 2], word[at : at + 3]
            if not two.isascii():
                needed[two] = None
            elif len(three) == 3 and three.isascii():
                needed[three] = None
        found[word] = Term(word, tuple(needed))
    return list(found.values())[:MOST_TERMS]
