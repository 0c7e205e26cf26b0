"""The headline: of what the page offers, the one that a reader sees, without the name of the site."""

from __future__ import annotations

import re

from tasks.extract import structured
from tasks.extract.page import Facts
from tasks.extract.text import folded, likeness, plain, share_in

MAX_TITLE_CHARS = 400
_SEPARATORS = re.compile(r"\s+[|•·»›«:—–-]{1,2}\s+|\s*\|\s*|\s+::\s+")


def _site_words(facts: Facts) -> set[str]:
    host = re.sub(r"^https?://(?:www\d?\.)?", "", facts.url).split("/")[0]
    labels = host.split(".")
    names = [
        facts.site_name,
        facts.data.publisher,
        facts.meta("application-name", "twitter:site").lstrip("@"),
        host,
        *labels[:-1],
    ]
    return {"".join(folded(plain(name))) for name in names if name} - {""}


def _is_site_part(part: str, site: set[str]) -> bool:
    joined = "".join(folded(part))
    if not joined:
        return True
    return any(
        joined == name or (len(joined) > 3 and (joined in name or (name in joined and len(name) > 0.5 * len(joined))))
        for name in site
    )


def without_site(title: str, facts: Facts, *, known: tuple[str, ...] = ()) -> str:
    """Cuts site and section names at the ends. `known` are other readings of the same headline, to cut down to."""
    site = _site_words(facts)
    for other in known:
        if len(folded(other)) >= 3 and title != other and other in title and len(title) - len(other) < 80:
            at = title.index(other)
            rest = (title[:at] + title[at + len(other) :]).strip()
            if not rest or _SEPARATORS.match(" " + rest + " ") or _SEPARATORS.search(" " + rest + " "):
                return other
    while True:
        cuts = list(_SEPARATORS.finditer(title))
        if not cuts:
            return title
        head, tail = title[: cuts[-1].start()].strip(), title[cuts[-1].end() :].strip()
        if head and _is_site_part(tail, site):
            title = head
            continue
        first, rest = title[: cuts[0].start()].strip(), title[cuts[0].end() :].strip()
        if rest and _is_site_part(first, site):
            title = rest
            continue
        return title


def candidates(facts: Facts) -> dict[str, str]:
    """source → headline as given, most trusted first; empty ones left out."""
    headline = plain(structured.text_value(structured.first(facts.data, "headline")))
    name = plain(structured.text_value(structured.first(facts.data, "name")))
    found = {
        "json-ld": headline or name,
        "og": facts.meta("og:title"),
        "twitter": facts.meta("twitter:title"),
        "meta": facts.meta("dc.title", "title", "sailthru.title", "parsely-title"),
        "title": facts.head_title,
    }
    return {source: text for source, text in found.items() if text}


def headline(facts: Facts, feed_title: str = "") -> tuple[str, str]:
    """(title, where it is from); ("", "") where the page has none."""
    given = candidates(facts)
    stated = {source: without_site(text, facts, known=facts.h1s) for source, text in given.items()}
    if feed_title:
        stated = {"feed": feed_title, **stated}
    h1 = _agreeing_h1(facts, list(stated.values()))
    if h1:
        return h1[:MAX_TITLE_CHARS], "h1"
    for source in ("feed", "json-ld", "og", "twitter"):
        if (
            source in stated
            and len(folded(stated[source])) > 1
            and not _is_site_part(stated[source], _site_words(facts))
        ):
            return stated[source][:MAX_TITLE_CHARS], source
    h1s = [text for text in facts.h1s if len(folded(text)) >= 4]
    if len(h1s) == 1:
        return h1s[0][:MAX_TITLE_CHARS], "h1"
    for source, text in stated.items():
        if text:
            return text[:MAX_TITLE_CHARS], source
    return (facts.h1s[0][:MAX_TITLE_CHARS], "h1") if facts.h1s else ("", "")


def _agreeing_h1(facts: Facts, stated: list[str]) -> str:
    best, best_score = "", 0.0
    for text in facts.h1s:
        mine = folded(text)
        if len(mine) < 2:
            continue
        score = max(
            (
                max(likeness(mine, folded(other)), 0.9 * (share_in(mine, folded(other)) == 1.0 and len(mine) >= 4))
                for other in stated
            ),
            default=0.0,
        )
        if score > best_score:
            best, best_score = text, score
    return best if best_score >= 0.8 else ""
