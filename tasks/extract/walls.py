"""Pages that are no article: robot checks, consent dialogs, doors to an account, and error pages that say 200."""

from __future__ import annotations

import re

from tasks.extract import lexicon, structured
from tasks.extract.blocks import Block
from tasks.extract.page import Facts
from tasks.extract.status import WALL_WORDS, Verdict, View

# a text this long beside a wall's words is an article with a banner over it
ARTICLE_WORDS = 120
# an error page and its advice; a piece of news has more words than the second
SHORT_WORDS = 80
BRIEF_WORDS = 15
# 404, as a heading or beside the name of the site; "404 people" is a number
_CODE = re.compile(r"(?:^|[|:–—-]\s*)(?:error |http )?4(?:04|10|51)(?= error|\W*$|\s*[|:–—-])")


def wall(facts: Facts, seen: View, blocks: list[Block]) -> Verdict | None:
    """Whether the page is no article at all: a wall or an error page. Its text must not become a body."""
    # an error page may list the news of the day
    errors = _error_headings(seen)
    own, most = 0, WALL_WORDS if _says_nothing_else(errors) else ARTICLE_WORDS
    for one in blocks:
        own += 0 if _is_wall_text(one) else one.words
        if own >= most:
            return None
    if own >= ARTICLE_WORDS:
        return _missing(facts, errors, own)
    return _bot(seen, own) or _consent(seen, own) or _missing(facts, errors, own) or _login(seen, own)


def _is_wall_text(one: Block) -> bool:
    return (
        lexicon.CONSENT.count(one.line) >= 2
        or lexicon.BOT.within(one.line)
        or lexicon.PAYWALL.within(one.line)
        or (one.words < SHORT_WORDS and lexicon.SCRIPT.within(one.line))
    )


def _bot(seen: View, own: int) -> Verdict | None:
    phrases = lexicon.BOT.count(seen.line)
    headed = any(lexicon.BOT.within(one) for one in seen.headings)
    silent = bool(seen.challenge) and seen.words < 60
    if not silent and (seen.words > WALL_WORDS or not (phrases or headed)):
        return None
    signs = (phrases >= 2) + (phrases >= 4) + 2 * headed + 2 * bool(seen.challenge)
    if signs < 2 or (own >= 60 and signs < 4):
        return None
    evidence = [f"{phrases} phrases of robot checks in {seen.words} words"]
    if seen.challenge:
        evidence.append(f"a challenge script: {seen.challenge}")
    return Verdict("bot_wall", tuple(evidence))


def _consent(seen: View, own: int) -> Verdict | None:
    phrases = lexicon.CONSENT.count(seen.line)
    if phrases < 4 or seen.words > 3 * WALL_WORDS or own >= 60:
        return None
    # a footer with its links to privacy pages says such words, too: they must make up the page
    if phrases * 60 < seen.words:
        return None
    return Verdict(
        "consent_wall", (f"{phrases} phrases of consent dialogs in {seen.words} words, no article beside them",)
    )


def _missing(facts: Facts, headed: list[lexicon.Line], own: int) -> Verdict | None:
    """`headed`: the headings that say so."""
    if not headed or own >= (WALL_WORDS if _says_nothing_else(headed) else SHORT_WORDS):
        return None
    # "Ferry not found after ten days" is news where the page tells machines so
    brief = SHORT_WORDS if _any_whole(headed) else BRIEF_WORDS
    if own >= brief and structured.first(facts.data, "datePublished"):
        return None
    return Verdict("empty", (f"an error page: {headed[0].lower.strip()[:80]!r}",))


def _error_headings(seen: View) -> list[lexicon.Line]:
    short = [one for one in seen.headings if len(one.tokens) <= 12]
    return [one for one in short if lexicon.NOT_FOUND.within(one) or _CODE.search(one.lower)]


def _says_nothing_else(headed: list[lexicon.Line]) -> bool:
    """Whether the first two headings that say so leave no doubt."""
    return len(headed) >= 2 and _any_whole(headed[:2])


def _any_whole(headings: list[lexicon.Line]) -> bool:
    return any(lexicon.NOT_FOUND.whole(one) or _CODE.fullmatch(one.lower.strip()) for one in headings)


def _login(seen: View, own: int) -> Verdict | None:
    headed = [one for one in seen.headings if lexicon.LOGIN.whole(one)]
    if not headed or not seen.asks_password or own >= SHORT_WORDS:
        return None
    return Verdict("empty", (f"a page to log in: {headed[0].lower.strip()[:80]!r}",))


def shell(blocks: list[Block]) -> Verdict | None:
    """Whether a text, whatever way it was found, does nothing but ask for scripts."""
    asks = next((one for one in blocks if one.words < SHORT_WORDS and lexicon.SCRIPT.within(one.line)), None)
    if asks is None or sum(one.words for one in blocks if not _is_wall_text(one)) >= BRIEF_WORDS:
        return None
    return Verdict("empty", (f"the page asks for scripts: {asks.text[:80]!r}",))
