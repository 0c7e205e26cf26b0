"""The headline: of what the page offers, the one that a reader sees, without the name of the site."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.extract import structured
from tasks.extract.page import Facts
from tasks.extract.text import folded, likeness, plain, share_in

MAX_TITLE_CHARS = 400
#: of a reading of the headline, with names of the site around it
MAX_STATED_CHARS = 1000
MIN_HEADLINE_WORDS = 4
MAX_NAME_WORDS = 4
# where a script has no blanks, an underscore parts headline, section and site
_SEPARATORS = re.compile(r"\s+[|•·»›«‹:—–―⋆-]{1,2}\s+|\s*[|ㅣ❘｜]\s*|\s+::\s+|(?<=[^\x00-\x7f])_(?=[^\x00-\x7f])")
# signs that stand in headlines as well: believed before the very name of the site alone
_BEFORE_SITE = re.compile(r"\s+[/~@<>]\s+|\s+[-–—]|[-–—]\s+|\s+(?=\([^()]+\)$)|(?=【[^】]+】$)")


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


def without_site(title: str, site: set[str], *, known: tuple[str, ...] = ()) -> str:
    """Cuts site and section names at the ends. `known` are other readings of the same headline, to cut down to."""
    title = _without_names(title, site)
    for other in known:
        if len(folded(other)) >= 3 and other != title and other in title:
            rest = title.replace(other, " ", 1).strip()
            # a kicker before a colon is part of the headline, what stands behind a bar is not
            if len(rest) < 80 and not rest.endswith(":") and _SEPARATORS.search(f" {rest} "):
                return other
    return title


def _without_names(title: str, site: set[str]) -> str:
    while cuts := list(_SEPARATORS.finditer(title)):
        head, tail = title[: cuts[-1].start()].strip(), title[cuts[-1].end() :].strip()
        first, rest = title[: cuts[0].start()].strip(), title[cuts[0].end() :].strip()
        if head and _is_site_part(tail, site):
            title = head
        elif rest and _is_site_part(first, site):
            title = rest
        else:
            break
    cut = list(_BEFORE_SITE.finditer(title))[-1:]
    if cut and (head := title[: cut[0].start()].strip()) and "".join(folded(title[cut[0].end() :])) in site:
        return head
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
    bounded = ((source, text[:MAX_STATED_CHARS]) for source, text in found.items())
    return {source: text for source, text in bounded if text and not _breaks_off(text, facts.head_title)}


def _breaks_off(text: str, whole: str) -> bool:
    """A quotation mark in the headline ended the attribute that held it."""
    return len(text) < len(whole) and whole.startswith(text) and whole[len(text) :].lstrip().startswith('"')


def headline(facts: Facts, feed_title: str = "") -> tuple[str, str]:
    """(title, where it is from); ("", "") where the page has none."""
    given, site = candidates(facts), _site_words(facts)
    stated = {source: without_site(text, site, known=facts.h1s) for source, text in given.items()}
    if feed_title:
        stated = {"feed": feed_title, **stated}
    h1s = [text for one in facts.h1s if (text := without_site(one, site)) and not _is_site_part(text, site)]
    # the same with its kicker, where the page states it so elsewhere, too
    exact = {tuple(folded(text)) for text in stated.values()}
    h1s = [text for one in facts.whole_h1s if tuple(folded(text := without_site(one, site))) in exact] + h1s
    for title, source in _in_order(stated, h1s, site):
        if title:
            return (_without_tail(title) if source == "title" else title)[:MAX_TITLE_CHARS], source
    return "", ""


def _without_tail(title: str) -> str:
    """Of a `<title>` that nothing on the page confirms, what short names stand behind it: of 443 such tails on pages
    with a known headline, four were part of it."""
    while cuts := list(_SEPARATORS.finditer(title)):
        head, tail = title[: cuts[-1].start()].strip(), title[cuts[-1].end() :].strip()
        before, behind = len(folded(head)), len(folded(tail))
        if cuts[-1][0].strip() == ":" or before < MIN_HEADLINE_WORDS or behind > MAX_NAME_WORDS or behind >= before:
            break
        if tail[:1].islower():
            break
        title = head
    return title


def _in_order(stated: dict[str, str], h1s: list[str], site: set[str]) -> Iterator[tuple[str, str]]:
    yield _agreeing_h1(h1s, list(stated.values())), "h1"
    yield stated.get("feed", ""), "feed"
    usable = {
        source: text for source, text in stated.items() if len(folded(text)) > 1 and not _is_site_part(text, site)
    }
    long_h1s = [text for text in h1s if len(folded(text)) >= 3]
    alone = long_h1s[0] if len(set(long_h1s)) == 1 and (not usable or _related(long_h1s[0], usable)) else ""
    # metadata that search engines are to show often has other words than the page
    if len(folded(alone)) >= 5:
        yield alone, "h1"
    structured_one, og = usable.get("json-ld", ""), usable.get("og", "")
    if structured_one and likeness(folded(structured_one), folded(og)) >= 0.8:
        yield structured_one, "json-ld"
    yield alone, "h1"
    if len(set(h1s)) == 1 and any(_opens(h1s[0], text) for text in usable.values()):
        yield h1s[0], "h1"
    for source, text in usable.items():
        yield text, source
    for text in h1s:
        yield text, "h1"
    for source, text in stated.items():
        yield text, source


def _opens(h1: str, stated: str) -> bool:
    """A short headline with more about it behind a sign: "Blue house | Holiday homes"."""
    mine, rest = folded(h1), stated[len(h1) :]
    return len(mine) >= 2 and folded(stated)[: len(mine)] == mine and bool(re.match(r"\s*[|(\[:–—-]", rest))


def _related(h1: str, stated: dict[str, str]) -> bool:
    """A third of its words stand in another reading: not the name of a menu or of another story."""
    return max(share_in(folded(h1), folded(text)) for text in stated.values()) >= 0.2


def _agreeing_h1(h1s: list[str], stated: list[str]) -> str:
    """The h1 that another reading of the headline confirms; without a kicker that the other reading lacks."""
    best, best_score = "", 0.0
    others = [folded(text) for text in stated]
    for text in h1s:
        mine = folded(text)
        if len(mine) < 2:
            continue
        score = max((_agreement(mine, other) for other in others), default=0.0)
        if score > best_score:
            best, best_score = text, score
    if best_score < 0.8:
        return ""
    if folded(best) in others:
        return best
    return next((one for one in stated if _is_end_of(one, best)), best)


def _agreement(mine: list[str], other: list[str]) -> float:
    if len(mine) >= 4 and other[: len(mine)] == mine:
        return 0.9
    # a headline that another reading is the end of: the kicker stands in the same h1
    if len(other) >= 4 and mine[-len(other) :] == other:
        return 0.9
    contained = 0.85 * (len(mine) >= 4 and 2 * len(mine) >= len(other) and share_in(mine, other) == 1.0)
    return max(likeness(mine, other), contained)


def _is_end_of(one: str, title: str) -> bool:
    mine, whole = folded(one), folded(title)
    return 4 <= len(mine) < len(whole) and len(mine) >= 0.4 * len(whole) and whole[-len(mine) :] == mine
