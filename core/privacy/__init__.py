"""Personal data: where it stands, what is held about one person, and how it goes. See ``docs/privacy.md``."""
