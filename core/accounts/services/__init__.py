"""Writes of people, sessions, links and tokens; one module a thing."""
