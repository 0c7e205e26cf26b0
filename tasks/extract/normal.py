"""Blocks → the text that is stored: `tasks.normalise` where it can help, and the bound on its length."""

from __future__ import annotations

from itertools import groupby

from tasks.extract.blocks import Block
from tasks.extract.text import clean
from tasks.normalise import normalise
from tasks.records import Link, Notice

#: what is kept of a body where nobody says otherwise
MAX_BODY_CHARS = 200_000
# a paragraph in capitals that is no longer than this is a subheading; within a paragraph capitals are a ticker
HEADING_WORDS = 15


def _as_it_stands(one: Block) -> bool:
    """Headings, and scripts without capitals, where a run of capitals cannot be told from a sentence."""
    if one.kind in ("head", "code"):
        return True
    if one.words <= HEADING_WORDS and one.text.isupper():
        return True
    sample = one.text[:200]
    if sample.isascii():
        return False
    cased = sum(map(str.isupper, sample)) + sum(map(str.islower, sample))
    return cased < 0.5 * sum(map(str.isalpha, sample))


def normal_text(blocks: list[Block], url: str, max_chars: int) -> tuple[str, tuple[Link, ...], tuple[Notice, ...]]:
    pieces: list[str] = []
    links: dict[str, Link] = {}
    notices: dict[str, Notice] = {}
    for as_it_stands, group in groupby(blocks, key=_as_it_stands):
        text = "\n\n".join(one.text for one in group)
        if not as_it_stands:
            normal = normalise(text, url=url)
            text = normal.text
            links |= {f"{link.url} {link.text}": link for link in normal.links}
            notices |= {notice.code: notice for notice in normal.notices if notice.code not in notices}
        if text:
            pieces.append(text)
    body = clean("\n\n".join(pieces))
    if len(body) > max_chars:
        notices["body-cut"] = Notice(code="body-cut", detail=f"{len(body)} characters, {max_chars} kept")
        body = body[:max_chars].rstrip()
    return body, tuple(links.values()), tuple(notices.values())
