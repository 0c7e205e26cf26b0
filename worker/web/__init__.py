"""The stream over HTTP, for whoever cannot read Redis: JSON, CSV, server-sent events, metrics, and the live page."""

from worker.web.app import create_app

__all__ = ["create_app"]
