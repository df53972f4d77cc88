"""The trail of what people did: append-only, each entry chained to the one before. See docs/ledger.md.

``await services.record(actor, "exhibitor.submitted", "exhibitor:4711", after={...})`` inside the transaction
of the thing it describes.
"""
