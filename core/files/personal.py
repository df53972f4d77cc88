"""Names of files. Whose they are their domain knows."""

from core.files.tables import StoredFile
from core.privacy.registry import Holding

HOLDINGS = [Holding(StoredFile, {}, lambda _scope: (), texts=("name",))]
EXCEPTIONS = {"stored_file.name": "swept as a text; a firm's papers go with their lines"}
