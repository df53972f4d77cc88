"""Badges on paper: what stands where (:mod:`layouts`), in which letters (:mod:`letters`), and the press."""
