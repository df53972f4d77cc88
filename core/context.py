"""What is known of the request at hand, wherever in the program it is handled."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Empty outside a request."""
    return request_id.get()
