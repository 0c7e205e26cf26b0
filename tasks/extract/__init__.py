"""A page → an `Article`: its text, what it says of itself, and how much of the story it really is."""

from __future__ import annotations

from tasks.extract.article import Reading, extract, from_feed, read, warm

__all__ = ["Reading", "extract", "from_feed", "read", "warm"]
