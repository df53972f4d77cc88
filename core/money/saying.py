"""Saying a sum. Nothing said of money overstates it, and what is said is never added up: sums are made of fen."""

from core.i18n import Locale

YI, WAN = 10**10, 10**6
_MILLION, _BILLION = 10**8, 10**11


def plain(fen: int) -> str:
    """``11200000000.00``: what programs get."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def grouped(fen: int) -> str:
    """``11,200,000,000.00``."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def _decimal(fen: int, unit: int, places: int = 20) -> str | None:
    """``fen`` in units, without idle zeros; None when it takes more than ``places``."""
    whole, rest = divmod(fen, unit)
    decimals = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0")
    if len(decimals) > places:
        return None
    return f"{whole:,}" + (f".{decimals}" if decimals else "")


def _small(fen: int) -> str:
    return grouped(fen).removesuffix(".00")


def in_units(locale: Locale, fen: int) -> str:
    """All of it, in the largest unit that fits: ``12.5亿元``, ``¥11.235 billion``, to read back."""
    if locale == "en":
        unit, name = (_BILLION, " billion") if fen >= _BILLION else (_MILLION, " million")
        return f"¥{_decimal(fen, unit)}{name}" if fen >= _MILLION else f"¥{_small(fen)}"
    unit, name = (YI, "亿") if fen >= YI else (WAN, "万")
    return f"{_plainly(fen, unit)}{name}元" if fen >= WAN else f"{_small(fen)}元"


def _plainly(fen: int, unit: int) -> str:
    return (_decimal(fen, unit) or "").replace(",", "")


def figure(locale: Locale, fen: int) -> str | None:
    """``112.35亿元``, ``¥11.235 billion``, where two places of 亿 or 万 say it exactly; else None."""
    unit = YI if fen >= YI else WAN
    return in_units(locale, fen) if fen < WAN or fen % (unit // 100) == 0 else None


def display(locale: Locale, fen: int) -> str:
    """The exact figure where it is short, else ``超过112亿元``, ``over ¥11.2 billion``."""
    return figure(locale, fen) or over(locale, fen)


def _unit(fen: int) -> int:
    return YI if fen >= YI else WAN


def over(locale: Locale, fen: int) -> str:
    """Whole 亿 (or 万) rounded down, and 超过 when something is left over."""
    left = fen % _unit(fen)
    if fen < WAN or not left:
        return in_units(locale, fen)
    said = in_units(locale, fen - left)
    return f"over {said}" if locale == "en" else f"超过{said}"


def nearly(locale: Locale, fen: int) -> str:
    """Rounded up: ``近113亿元``, ``nearly ¥11.3 billion``."""
    unit = _unit(fen)
    if fen < WAN or fen % unit == 0:
        return in_units(locale, fen)
    said = in_units(locale, fen - fen % unit + unit)
    return f"nearly {said}" if locale == "en" else f"近{said}"


def about(locale: Locale, fen: int) -> str:
    """Rounded half up: ``约112亿元``, ``about ¥11.2 billion``."""
    unit = _unit(fen)
    if fen < WAN or fen % unit == 0:
        return in_units(locale, fen)
    said = in_units(locale, (fen + unit // 2) // unit * unit)
    return f"about {said}" if locale == "en" else f"约{said}"
