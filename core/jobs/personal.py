"""Jobs hold ids alone; an error may quote what it met."""

from core.jobs.tables import Job
from core.privacy.registry import Holding

HOLDINGS = [Holding(Job, {}, lambda _scope: (), texts=("error", "result", "payload", "checkpoint"))]
EXCEPTIONS = {"periodic.name": "a chore's"}
