"""What a checkpoint's settings mean, in a few plain sentences."""

from collections.abc import Mapping

from checkin.queries.checkpoints import AreaInfo, CheckpointInfo
from checkin.tables import Reentry
from core.i18n import Locale, formats, mark, translate

OFTEN = {
    Reentry.once: mark("Each badge enters once in all."),
    Reentry.daily: mark("Each badge enters once a day."),
    Reentry.free: mark("Each badge enters as often as its holder likes."),
}


def said(locale: Locale, one: CheckpointInfo, kinds: Mapping[str, str], areas: Mapping[str, AreaInfo]) -> list[str]:
    """``kinds`` and ``areas`` by their codes."""

    def say(text: str, **values: object) -> str:
        return translate(locale, text, **values)

    between = ", " if locale == "en" else "、"
    out: list[str] = []
    if not one.active:
        out.append(say(mark("Switched off: everybody is refused here.")))
    who = between.join(kinds.get(kind, kind) for kind in one.kinds)
    out.append(say(mark("Admits these badges: %(kinds)s."), kinds=who) if who else say(mark("Admits every badge.")))
    days = between.join(formats.day(locale, day) for day in one.days)
    opens, closes = formats.minutes(one.opens or 0), formats.minutes(1440 if one.closes is None else one.closes)
    when = say(mark("on %(days)s"), days=days) if days else say(mark("every day"))
    if one.opens is None and one.closes is None:
        out.append(say(mark("Open %(when)s, at any hour."), when=when))
    else:
        out.append(say(mark("Open %(when)s from %(opens)s to %(closes)s."), when=when, opens=opens, closes=closes))
    out.append(say(OFTEN[one.reentry]))
    if one.exits:
        out.append(say(mark("Whoever leaves is scanned too; nobody is let in who is inside already.")))
    else:
        out.append(say(mark("Exits are not scanned: whoever came in counts as inside until midnight.")))
    if one.area.capacity:
        capacity = formats.number(one.area.capacity)
        out.append(say(mark("At most %(capacity)s people inside at once; the next one is refused."), capacity=capacity))
    left = between.join(areas[code].name(locale) for code in one.area.leaves if code in areas)
    if left:
        out.append(say(mark("Whoever enters here has left: %(areas)s."), areas=left))
    if not one.area.hidden:
        area = one.area.name(locale)
        out.append(say(mark("What counts as inside is the area %(area)s, with all its checkpoints."), area=area))
    if one.hold:
        out.append(say(mark("The verdict stays on the phone until the crew confirms it.")))
    return out
