"""Reading spreadsheets of exhibitors in: checked as a whole, then stored as a whole or not at all.

A file that was taken once changes nothing when it comes again: who is registered, by credit code or else by name and
contact, is passed over.
"""

from exhibitors.services.imports.checking import check, sound
from exhibitors.services.imports.direct import take
from exhibitors.services.imports.storing import store
from exhibitors.services.imports.waiting import NotReady, begin, check_job, forget_files, import_job, let_pass, run

__all__ = [
    "NotReady",
    "begin",
    "check",
    "check_job",
    "forget_files",
    "import_job",
    "let_pass",
    "run",
    "sound",
    "store",
    "take",
]
