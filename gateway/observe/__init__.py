"""What operators see: logs, request ids, health, metrics. Never who did what: that is the audit trail's."""

from gateway.observe.layer import Observe, draining, install, lifespan
from gateway.observe.logs import configure_logging
from gateway.observe.routes import ROUTES

__all__ = ["ROUTES", "Observe", "configure_logging", "draining", "install", "lifespan"]
