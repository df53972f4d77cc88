"""What there is to listen to, and who may."""

from typing import Literal, get_args

from core.accounts.roles import Actor, Role
from core.editions.queries import current_edition

Topic = Literal["scan", "totals", "exhibitor", "pitch"]
TOPICS: tuple[Topic, ...] = get_args(Topic)

#: The role that hears a topic.
AUDIENCE: dict[Topic, Role] = {
    "scan": Role.gate,
    "totals": Role.viewer,
    "exhibitor": Role.reviewer,
    "pitch": Role.viewer,
}


async def topics_for(actor: Actor) -> frozenset[Topic]:
    """Totals are everybody's when the current edition says so."""
    own: set[Topic] = {topic for topic, role in AUDIENCE.items() if role in actor.roles}
    if "totals" not in own:
        edition = await current_edition()
        if edition is not None and edition.totals_public:
            own.add("totals")
    return frozenset(own)
