"""Text as it came (hard-wrapped, with links, tickers and related lines in it) → paragraphs that read as written."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from tasks.identity import host_in
from tasks.records import Link, Notice
from tasks.unwrap import CLICK, PAGE_FOOTER, RELATED, TERMINAL, URL, blocks_of, unwrap, wrap_of

#: a related line is a headline; longer is an article that happens to start with the word
RELATED_CHARS = 260
#: fewer words in capitals may be a dateline or a name
TICKER_WORDS = 5
#: a text with more, or with a longer one, is no article; the rest is taken out all the same
MAX_LINKS = 200
URL_CHARS = 2000
#: more paragraphs in capitals than this are the headings of a long guide
MANY_HEADINGS = 8
#: every round takes something out, so texts settle after two; more only for texts made to prevent it
ROUNDS = 6

# all but a single space, which stays as it is
SPACES = re.compile(
    r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]{2,}|[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
)
BREAKS = re.compile(r"\r\n|[\r\v\f\u0085\u2028\u2029]")
INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff]")
URL_TAIL = ".,;:!?'’)]}"
EXCHANGE = re.compile(
    r"\s?[(\[](?:NYSE(?: ?(?:American|Arca))?|NASDAQ|Nasdaq|LSE|LON|AMEX|OTC\w{0,4}|TSXV?|ASX|HKEX|SEHK|TYO|TSE|FRA|ETR"
    r"|EPA|BME|WSE|SIX|NSE|BSE|MOEX|KRX|SHA|SHE)\s?: ?[A-Z0-9][A-Z0-9.\-]{0,9}[)\]]"
    r"|\s?[<(\[][A-Z]{2,5}\.(?:N|O|OQ|L|PA|DE|MI|T|HK|TO|AX|SS|SZ|KS|VI|WA|MC|AS|BR|ST|HE|CO|OL)[>)\]]"
)
SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*\s+")

#: the call to click behind the headline, as some sites print it
RELATED_AFTER = re.compile(
    r"\b(?:Read more|Read More|READ MORE|Weiterlesen|Lire la suite|Leer más|Czytaj więcej)(?: ?[»›>→])?$"
)


class Normalised(NamedTuple):
    #: paragraphs parted by a blank line
    text: str
    links: tuple[Link, ...]
    notices: tuple[Notice, ...]


class _Taken:
    """What was taken out so far; links once each, notices counted."""

    def __init__(self, own_url: str | None) -> None:
        self.own_url = (own_url or "").rstrip("/")
        self.links: dict[tuple[str | None, str | None], Link] = {}
        self.counts: Counter[str] = Counter()
        self.samples: dict[str, str] = {}

    def note(self, code: str, sample: str) -> None:
        self.counts[code] += 1
        self.samples.setdefault(code, sample[:80])

    def related(self, headline: str) -> None:
        self.note("related-article-removed", headline)
        if headline:
            self._link(Link(url=None, rel="related", text=headline))

    def url(self, found: str) -> None:
        self.note("inline-url-removed", found)
        url = found if "://" in found else f"https://{found}"
        if url.rstrip("/") != self.own_url and len(url) <= URL_CHARS and host_in(url):
            self._link(Link(url=url, rel="source", text=None))

    def capitals(self, run: str) -> None:
        if CLICK.fullmatch(run):
            self.note("call-to-click-removed", run)
        else:
            self.note("ticker-removed", run)
            self._link(Link(url=None, rel="related", text=run))

    def _link(self, link: Link) -> None:
        if len(self.links) < MAX_LINKS:
            self.links.setdefault((link.url, link.text), link)

    def notices(self) -> tuple[Notice, ...]:
        return tuple(
            Notice(code=code, detail=f"{WHAT[code]}, {count} removed; the first: {self.samples[code]!r}")
            for code, count in sorted(self.counts.items())
        )


WHAT = {
    "inline-url-removed": "bare URL",
    "related-article-removed": "line that points to another article",
    "ticker-removed": "exchange ticker or run of capitals",
    "call-to-click-removed": "line that asks for a click or shows an advertisement",
    "page-footer-removed": "page number of a printed page",
}


def normalise(text: str, *, url: str | None = None) -> Normalised:
    """`url`: the article's own address; a link to itself is taken out without a trace. Twice gives the same as once."""
    taken = _Taken(url)
    text = _characters(text)
    for _ in range(ROUNDS):
        before = text
        # again: what was taken out may have stood between a letter and its accent
        text = unicodedata.normalize("NFC", "\n\n".join(_paragraphs(text, taken)))
        if text == before:
            break
    return Normalised(text, tuple(taken.links.values()), taken.notices())


def _characters(text: str) -> str:
    text = INVISIBLE.sub("", BREAKS.sub("\n", unicodedata.normalize("NFC", text)))
    return unicodedata.normalize("NFC", SPACES.sub(" ", text))


def _paragraphs(text: str, taken: _Taken) -> list[str]:
    blocks = blocks_of(text)
    wrap = wrap_of(blocks, text)
    pieces: list[str] = []
    glue = False
    for block in blocks:
        for paragraph in unwrap(block, wrap) if wrap else block:
            kept = _cleaned(paragraph, taken)
            if kept and glue and pieces and _goes_on(pieces[-1], kept):
                pieces[-1] = f"{pieces[-1]} {kept}"
            elif kept:
                pieces.append(kept)
            glue = not kept
    return _without_capitals(pieces, taken)


def _cleaned(paragraph: str, taken: _Taken) -> str:
    """The paragraph without what is not its text; "" where nothing is left of it."""
    if PAGE_FOOTER.fullmatch(paragraph):
        taken.note("page-footer-removed", paragraph)
        return ""
    if CLICK.fullmatch(paragraph):
        taken.note("call-to-click-removed", paragraph)
        return ""
    headline = _related_headline(paragraph)
    if headline is not None:
        taken.related(_without_urls(headline, taken))
        return ""
    text = _without_urls(paragraph, taken)
    if ":" in text:
        text = _without_related_sentences(text, taken)
    if any(bracket in text for bracket in "([<"):
        text, tickers = EXCHANGE.subn("", text)
        if tickers:
            taken.note("ticker-removed", paragraph)
    return (SPACES.sub(" ", text) if "  " in text else text).strip()


def _related_headline(paragraph: str) -> str | None:
    if len(paragraph) > RELATED_CHARS:
        return None
    label = RELATED.match(paragraph)
    if label:
        return paragraph[label.end() :].strip()
    after = RELATED_AFTER.search(paragraph)
    return paragraph[: after.start()].strip() if after else None


def _without_urls(text: str, taken: _Taken) -> str:
    if "/" not in text:
        return text

    def take(match: re.Match[str]) -> str:
        found = match.group()
        bare = found.rstrip(URL_TAIL)
        if "(" in bare and found[len(bare) : len(bare) + 1] == ")":
            bare += ")"
        taken.url(bare)
        return found[len(bare) :]

    text = URL.sub(take, text)
    text = re.sub(r"[(\[] ?[)\]]", "", text)
    return re.sub(r" +([.,;!?)])", r"\1", SPACES.sub(" ", text)).strip()


def _sentences(text: str) -> list[str]:
    """Cut after each end, the blank that follows kept with the sentence; joined again they are the text."""
    cuts = [0, *(match.end() for match in SENTENCE_END.finditer(text)), len(text)]
    return [text[start:end] for start, end in pairwise(cuts) if start < end]


def _without_related_sentences(text: str, taken: _Taken) -> str:
    kept = []
    for sentence in _sentences(text):
        label = RELATED.match(sentence)
        if label and len(sentence) <= RELATED_CHARS:
            taken.related(sentence[label.end() :].strip())
        else:
            kept.append(sentence)
    return "".join(kept)


def _goes_on(before: str, after: str) -> bool:
    return not TERMINAL.search(before) and (after[0].islower() or after[0].isdigit() or before[-1] in ",–—-")


def _without_capitals(paragraphs: list[str], taken: _Taken) -> list[str]:
    """Headlines of other articles set in capitals between the sentences. A text all in capitals stays as it is."""
    words = [word for text in paragraphs for word in text.split()]
    capitals = sum(map(str.isupper, words))
    if capitals < TICKER_WORDS or capitals * 2 > len(words):
        return paragraphs
    if not any(_leading_capitals(sentence) for text in paragraphs for sentence in _sentences(text)):
        return paragraphs
    headings = sum(1 for text in paragraphs if _leading_capitals(text) == len(text))
    kept = []
    for text in paragraphs:
        if headings > MANY_HEADINGS and _leading_capitals(text) == len(text):
            kept.append(text)
            continue
        sentences = []
        for sentence in _sentences(text):
            end = _leading_capitals(sentence)
            if end:
                taken.capitals(sentence[:end].strip())
            sentences.append(sentence[end:])
        kept.append("".join(sentences).strip())
    return [text for text in kept if text]


def _leading_capitals(sentence: str) -> int:
    """Where a leading run of at least TICKER_WORDS words without a small letter ends; 0 where there is none."""
    runs: list[tuple[str, int]] = []
    for match in re.finditer(r"\S+", sentence):
        word = match.group()
        # scripts without capitals have none to be in
        if not word.isupper() and any(char.isalpha() for char in word):
            # "A" or "I" may be the first word of what comes after the run
            runs = runs[:-1] if runs and len(runs[-1][0]) == 1 and runs[-1][0].isalpha() else runs
            break
        runs.append((word, match.end()))
    words = sum(1 for word, _ in runs if word.isupper())
    return runs[-1][1] if words >= TICKER_WORDS else 0
