"""Where the browser of this machine is."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
#: Empty where there is none.
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), "")
