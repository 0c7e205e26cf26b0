"""How much of the story a text is: decided by evidence, and the evidence is kept."""

from __future__ import annotations

import re
from typing import NamedTuple

from lxml.html import HtmlElement

from tasks.extract import lexicon, structured
from tasks.extract.blocks import Block
from tasks.extract.cleaning import Drop
from tasks.extract.names import Answers
from tasks.extract.page import Facts
from tasks.extract.text import words
from tasks.records import BodyStatus

# walls have little to say: of 60 real ones none had over 400 words, menus included
WALL_WORDS = 400
# a teaser is a paragraph or two; longer texts that are cut off are a part of the article
TEASER_WORDS = 150
# what a locked page shows of an article before it asks; longer texts need a sign that something is missing
PARTIAL_WORDS = 300
MAX_PAGE_CHARS = 30_000

# scripts that robot checks are made of, whoever runs the site
_CHALLENGES = (
    "cdn-cgi/challenge-platform",
    "cf-chl-",
    "cf_chl_opt",
    "cf-turnstile",
    "captcha-delivery.com",
    "_Incapsula_Resource",
    "px-captcha",
    "PerimeterX",
    "/_sec/cp_challenge",
    "sec-if-cpt-container",
    "aws-waf-token",
    "AwsWafIntegration",
    "awswaf",
    "ddos-guard",
    "sucuri_cloudproxy",
    "geetest_",
    "kpsdk",
    "distil_r_captcha",
    "g-recaptcha",
    "h-captcha",
)
_GATE = re.compile(
    r"pay-?wall|reg-?wall|subscri|premium|piano|meter(?:ed)?-|locked|gate(?:d|-|way$|$)|barrier|abo-?box|plus-?box",
    re.IGNORECASE,
)
_VIDEO_FRAME = re.compile(
    r"youtube(?:-nocookie)?\.com/embed|player\.vimeo|dailymotion\.com/embed|jwplayer|brightcove|/player[/?.]|kaltura",
    re.IGNORECASE,
)
_CUT_OFF = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|\(…\)|\(\.\.\.\))[\"'”’»)\]]*$")
# programs that shorten a text put a blank or brackets before the dots; people write them behind the word
_CUT_BY_PROGRAM = re.compile(r"(?:\s(?:…|\.\.\.)|\[…\]|\[\.\.\.\])$")
# "Storm reaches the coast – live": a word of its own behind a sign, for people live in houses, too
_ENDS_LIVE = re.compile(r"(?:\s[–—|-]|:)\s*live\s*(?:$|[|–—-])")
_UNSEEN = ("script", "style", "template")
_CLOCK = re.compile(r"^\W{0,3}(?:kl\.?\s*)?\d{1,2}[:.h]\d{2}\b")


class Verdict(NamedTuple):
    status: BodyStatus
    evidence: tuple[str, ...]


class View(NamedTuple):
    """What a reader would see of the page, gathered before anything is taken out of it."""

    #: visible words, menus included, as a line to search
    line: lexicon.Line
    words: int
    #: title and headings, one line each
    headings: tuple[lexicon.Line, ...]
    #: words in parts that are named after a paywall
    gate: lexicon.Line
    challenge: str
    has_player: bool
    #: a field for a password
    asks_password: bool
    #: time elements and clock times at the start of a line: entries of a live blog
    clocks: int


def view(tree: HtmlElement, facts: Facts, markup: str) -> View:
    body = tree.find(".//body")
    root = tree if body is None else body
    pieces: list[str] = []
    chars = 0
    for element in root.iter("*"):
        text, tail = element.text, element.tail
        if text and not text.isspace() and element.tag not in _UNSEEN:
            pieces.append(text)
            chars += len(text)
        if tail and not tail.isspace():
            pieces.append(tail)
            chars += len(tail)
        if chars > MAX_PAGE_CHARS:
            break
    text = " ".join(pieces)
    size = len(words(text))
    return View(
        line=lexicon.Line(text),
        words=size,
        headings=tuple(lexicon.Line(one) for one in (facts.head_title, *facts.h1s[:2], *_second_headings(root)) if one),
        gate=lexicon.Line(" ".join(_gates(root))),
        challenge=next((sign for sign in _CHALLENGES if sign in markup), "") if size < WALL_WORDS else "",
        has_player=_has_player(root),
        asks_password=any((field.get("type") or "").lower() == "password" for field in root.iter("input")),
        clocks=sum(bool(_CLOCK.match(piece.strip())) for piece in pieces),
    )


def _second_headings(root: HtmlElement) -> list[str]:
    found = []
    for heading in root.iter("h2"):
        found.append(" ".join(heading.itertext())[:200])
        if len(found) == 3:
            break
    return found


_IS_GATE = Answers(lambda name: _GATE.search(name) is not None)


def _gates(root: HtmlElement) -> list[str]:
    found = []
    for element in root.iter("div", "section", "aside", "p", "span", "form"):
        name = f"{element.get('class') or ''} {element.get('id') or ''}"
        if len(name) > 3 and _IS_GATE[name]:
            text = " ".join(element.itertext())
            if len(text) < 1500:
                found.append(text)
            if len(found) == 12:
                break
    return found


def _has_player(root: HtmlElement) -> bool:
    if next(root.iter("video"), None) is not None:
        return True
    return any(_VIDEO_FRAME.search(frame.get("src") or "") for frame in root.iter("iframe", "embed"))


def needs_view(facts: Facts, blocks: list[Block]) -> bool:
    """Whether the text leaves anything open: it is short, said to be locked, or may be a live blog."""
    return sum(one.words for one in blocks) < PARTIAL_WORDS or is_suspect(facts)


def is_suspect(facts: Facts) -> bool:
    """Said to be locked, or may be a live blog."""
    if structured.is_locked(facts.data) or _tier(facts) == "locked":
        return True
    return any(_says_live(lexicon.Line(one)) for one in (facts.head_title, *facts.h1s[:2]))


def _says_live(heading: lexicon.Line) -> bool:
    return lexicon.LIVE.within(heading) or _ENDS_LIVE.search(heading.lower) is not None


def without_view(facts: Facts) -> View:
    headings = tuple(lexicon.Line(one) for one in (facts.head_title, *facts.h1s[:2]) if one)
    return View(lexicon.Line(""), 0, headings, lexicon.Line(""), "", has_player=False, asks_password=False, clocks=0)


def _tier(facts: Facts) -> str:
    return facts.meta("article:content_tier", "og:article:content_tier").lower()


def judged(facts: Facts, seen: View, blocks: list[Block], drops: list[Drop], *, feed_words: int) -> Verdict:
    """The state of a text that is no wall."""
    size = sum(one.words for one in blocks)
    if verdict := _video(facts, seen, size):
        return verdict
    if size == 0:
        return Verdict("empty", ("no text",))
    if verdict := _live(facts, seen, blocks):
        return verdict
    return _length(facts, seen, blocks, drops, size=size, feed_words=feed_words)


def _video(facts: Facts, seen: View, size: int) -> Verdict | None:
    declared = bool(facts.data.videos) or facts.meta("og:type").lower().startswith("video")
    titled = any(lexicon.VIDEO.open(one) for one in seen.headings)
    if size > 80 or not (declared or seen.has_player):
        return None
    if declared and (seen.has_player or not facts.data.articles or facts.meta("og:type").lower().startswith("video")):
        return Verdict("video", ("a video is what the page is about", f"{size} words beside it"))
    if seen.has_player and (titled or size <= 40):
        return Verdict("video", ("a player", f"{size} words beside it"))
    return None


def _live(facts: Facts, seen: View, blocks: list[Block]) -> Verdict | None:
    if structured.is_live_blog(facts.data):
        return Verdict("live_blog", ("the page calls itself a LiveBlogPosting",))
    titled = next((one for one in seen.headings[:2] if _says_live(one)), None)
    clocks = max(seen.clocks, sum(bool(_CLOCK.match(one.text)) for one in blocks))
    if titled and clocks >= 4:
        return Verdict(
            "live_blog", (f"the headline says so: {titled.lower[:80]!r}", f"{clocks} entries with a clock time")
        )
    return None


def _length(facts: Facts, seen: View, blocks: list[Block], drops: list[Drop], *, size: int, feed_words: int) -> Verdict:
    evidence: list[str] = []
    dropped = [drop.text for drop in drops]
    locked = structured.is_locked(facts.data)
    if locked is None and _tier(facts) == "locked":
        locked = True
    if locked:
        evidence.append("the page says it is not free to read")
    asked = _asked(seen, blocks, dropped, size)
    if asked:
        evidence.append(f"{asked} phrases of a paywall")
    withheld = any(drop.rule == "withheld" for drop in drops)
    if withheld:
        evidence.append("the last lines say that there is more for those who pay")
    cut = bool(_CUT_OFF.search(blocks[-1].text)) or any(lexicon.CUT.whole(lexicon.Line(one)) for one in dropped[-3:])
    if cut:
        evidence.append("the text breaks off")
    longer = max(structured.stated_words(facts.data), feed_words)
    short_of = longer > 1.5 * size and longer - size > 60
    if short_of:
        evidence.append(f"{size} of {longer} words")
    by_program = bool(_CUT_BY_PROGRAM.search(blocks[-1].text.rstrip()))
    weight = 2 * bool(locked) + min(asked, 2) + withheld + cut + by_program + 2 * short_of
    if size < TEASER_WORDS:
        # what is short and free is a short article; only a locked page needs no second sign
        return _weighed(weight, 2, "teaser", evidence, size) if size >= 1 else Verdict("empty", ("no text",))
    # a page may call itself locked, ask for money and still hold all of its text, which its styles hide
    needed = 3 if size < PARTIAL_WORDS or cut or short_of else 99
    return _weighed(weight, needed, "partial", evidence, size)


def _asked(seen: View, blocks: list[Block], dropped: list[str], size: int) -> int:
    """How many different phrases ask to pay or to log in, near the text or, where that is short, on the page."""
    near = lexicon.Line(" ".join([*(one.text for one in blocks[-3:] if one.words < 60), *dropped[-8:]]))
    found = max(lexicon.PAYWALL.count(near), lexicon.PAYWALL.count(seen.gate))
    # menus and footers of free pages hold one or two such phrases as well
    return max(found, lexicon.PAYWALL.count(seen.line) - 2) if size < TEASER_WORDS else found


def _weighed(weight: int, needed: int, status: BodyStatus, evidence: list[str], size: int) -> Verdict:
    if weight >= needed:
        return Verdict(status, tuple(evidence))
    return Verdict("full", (*evidence, f"{size} words, nothing asks for more"))
