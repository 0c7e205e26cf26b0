"""Lines as a page or a mail program broke them → paragraphs on one line each."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

#: a wrapped text has short lines; a longer one is a paragraph of its own
WRAP_COLUMNS = 140
TERMINAL = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
#: suffixes that no word of its own starts with: the hyphen before them only broke the line
BROKEN_SUFFIX = re.compile(r"(?:tion|sion|ment|ness|ing|ity|able|ible|ance|ence|ally|ously|ism|ist)s?\b")
HANGING_HYPHEN = re.compile(r"(?:and|or|to|und|oder|bis|et|ou|y|o|i|oraz|lub|и|или|та|й|і|або)\b", re.IGNORECASE)
#: an address with its scheme or a path; a bare name of a site in a sentence is part of the sentence
URL = re.compile(
    r"(?<![\w@./-])https?://[^\s<>\"«»“”]+"
    r"|(?<![\w@./:-])[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){0,4}\.[a-z]{2,24}/[^\s<>\"«»“”]{8,}",
    re.IGNORECASE,
)
PAGE_FOOTER = re.compile(
    r"(?:page|seite|стр\.?|strona|página)?\s*\d{1,4}\s*(?:/|of|von|de|из|z)\s*\d{1,4}", re.IGNORECASE
)
#: how sites announce the headline of another article
LABELS = (
    r"related(?: (?:articles?|stor(?:y|ies)|news|coverage|content|links?|reading|posts?|topics?))?",
    r"read (?:more|also|next|this|on)|(?:also|further) read(?:ing)?|see also",
    r"more(?: (?:on this(?: story)?|on this topic|from this section|news|stories|coverage))?",
    r"you (?:may|might) also (?:like|be interested in)|recommended reading",
    r"don['’]t miss|in case you missed it|watch(?: now| also| live)?",
    r"lesen sie (?:auch|hier|mehr)|lies auch|mehr (?:zum thema|dazu|lesen)|auch interessant|siehe auch",
    r"lire aussi|(?:à|a) lire(?: aussi| également)?|voir aussi|sur le même sujet",
    r"le[ae] (?:también|más|además)|leer más|te puede interesar|ver también|más información",
    r"noticias? relacionadas?|relacionado",
    r"czytaj (?:też|także|również|więcej)|(?:zobacz|przeczytaj) (?:też|także|również)|polecamy|więcej na ten temat",
    r"чита(?:йте|й) (?:також|ещ[её]|ще|также|далее|далі|больше|більше)|див(?:іться|\.) також|смотр(?:ите|\.) также",
    r"по теме|за темою|на эту тему",
    r"leggi anche|ver mais|leia (?:também|mais)|lees ook|läs också|ook interessant",
)
RELATED = re.compile(rf"(?:[>►▶•*–—-]\s*)?(?:{'|'.join(LABELS)})\s*(?:[:：|►▶>]|[–—-]\s)\s*", re.IGNORECASE)
CLICK = re.compile(
    r"(?:advertisement|anzeige|publicité|publicidad|reklama|реклама"
    r"|(?:story|article) continue[sd] below(?: advertisement)?|continue reading(?: the main story)?"
    r"|read (?:more|next|the full story)|share this(?: article)?"
    r"|click here to .{1,60}|sign up (?:for|to) .{1,80})\.?",
    re.IGNORECASE,
)


class Wrap(NamedTuple):
    """How the lines of a wrapped text came to end where they end."""

    width: int
    #: a blank line parts paragraphs, so that lines without one between them are one
    blank_lines: bool
    #: every line is as full as words allow, as a program wraps it; page fonts leave lines of uneven length
    exact: bool
    vocabulary: frozenset[str]


def blocks_of(text: str) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped:
            blocks[-1].append(stripped)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def wrap_of(blocks: list[list[str]], text: str) -> Wrap | None:
    """None where lines do not end inside sentences: there, a line is a paragraph."""
    breaks = [
        (line, following)
        for block in blocks
        for line, following in pairwise(block)
        if " " in line and len(line) <= WRAP_COLUMNS and not RELATED.match(line)
    ]
    inside = [
        (line, following)
        for line, following in breaks
        if not TERMINAL.search(line) and (following[0].islower() or len(line) > 45) and not RELATED.match(following)
    ]
    small = sum(1 for _, following in inside if following[0].islower())
    # a list of headlines ends its lines without a stop, too, but does not go on in small letters
    if not breaks or len(inside) * 2 < len(breaks) or small * 5 < len(breaks):
        return None
    width = max(len(line) for line, _ in breaks)
    full = sum(1 for line, following in inside if len(line) + 1 + _first_piece(following) > width)
    return Wrap(
        width,
        blank_lines=sum(1 for block in blocks if len(block) > 1) > 1,
        exact=len(inside) > 2 and full >= 0.9 * len(inside),
        vocabulary=frozenset(re.findall(r"[^\W\d_]+", text.lower())),
    )


def _first_piece(line: str) -> int:
    """Length of what had to fit to stand on the line before: up to the first blank or hyphen."""
    word = line.split(" ", 1)[0]
    hyphen = word.find("-")
    return len(word) if hyphen < 0 else hyphen + 1


def unwrap(block: list[str], wrap: Wrap) -> list[str]:
    paragraphs: list[list[str]] = []
    for index, line in enumerate(block):
        if not index:
            paragraphs.append([line])
        elif _url_goes_on(paragraphs[-1][-1], line):
            paragraphs[-1][-1] += line
        elif _continues(paragraphs[-1], block[index - 1], line, wrap):
            paragraphs[-1].append(_seam(paragraphs[-1], line, wrap.vocabulary))
        else:
            paragraphs.append([line])
    return ["".join(parts) for parts in paragraphs]


def _continues(paragraph: list[str], line: str, following: str, wrap: Wrap) -> bool:
    if RELATED.match(following) or PAGE_FOOTER.fullmatch(following) or URL.match(following):
        return False
    if len(line) > WRAP_COLUMNS or CLICK.fullmatch(line) or (len(paragraph) == 1 and URL.fullmatch(paragraph[0])):
        return False
    related = RELATED.match(paragraph[0])
    if following[0].islower() or line.endswith(("-", ",")) or (wrap.blank_lines and not related):
        return True
    slack = 1.0 if wrap.exact else 0.85 if TERMINAL.search(line) else 0.7
    return len(line) + 1 + _first_piece(following) > wrap.width * slack


def _url_goes_on(line: str, following: str) -> bool:
    """An address broken over two lines: what follows is one word that looks like a piece of it."""
    last = line.rsplit(" ", 1)[-1]
    return (
        last.lower().startswith(("http://", "https://", "www."))
        and " " not in following
        and not following.lower().startswith(("http", "www."))
        and (last[-1] in "-/_=&?%" or "/" in following or following.count("-") > 1)
    )


def _seam(parts: list[str], line: str, vocabulary: frozenset[str]) -> str:
    """What to append for `line`; takes the hyphen off the last part where it only broke a word."""
    before = parts[-1]
    if len(before) < 2 or before[-1] not in "-‐" or not before[-2].isalnum() or not line[0].isalnum():
        return f" {line}"
    if HANGING_HYPHEN.match(line):
        return f" {line}"
    head = re.split(r"[^\w]+", before[:-1])[-1].lower()
    tail = re.split(r"[^\w]+", line, maxsplit=1)[0].lower()
    whole = bool(head) and line[0].islower() and (head + tail in vocabulary or bool(BROKEN_SUFFIX.match(tail)))
    if whole:
        parts[-1] = before[:-1]
    return line
