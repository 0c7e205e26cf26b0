"""Pages of our own writing, and what they hold."""

import json
from datetime import UTC, datetime

from tasks.extract import extract

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "https://www.harrow.example/town/ferry-landing"
ONE = (
    "The town council of Harrow Bay voted on Monday to close the old ferry landing after a survey found rot in most of "
    "its piles, and to move the boats to the northern quay until a new one is built."
)
TWO = (
    "Ferries will stop there from the first of May, the council said, which gives the three companies eight weeks to "
    "change their timetables and to print new tickets for the summer season."
)
THREE = (
    "Engineers had warned of the danger for years. The landing carried four hundred thousand people last summer, more "
    "than ever before, and its repair would have cost more than a new pier of steel and concrete."
)


def page(body: str, *, head: str = "", title: str = "Ferry landing to close", data: object = None) -> str:
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>' if data else ""
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title} | Harrow Bay Post</title>'
        f'<meta property="og:site_name" content="Harrow Bay Post">{head}{script}</head>'
        f"<body><article>{body}</article></body></html>"
    )


def article(body: str = "", **more):
    text = body or f"<h1>Ferry landing to close</h1><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p>"
    return extract(page(text, **more), url=URL, now=NOW)
