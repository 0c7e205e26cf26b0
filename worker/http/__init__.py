"""The one way out: every request to the web goes through `Client`."""

from worker.http.client import Client, Gate

__all__ = ["Client", "Gate"]
