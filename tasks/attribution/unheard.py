"""Outlets that nobody has heard of, by what is done to them: `As Nordwind reports`, `"...," Berg told Nordwind.`"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from config.gazetteer.words import WORDS
from tasks.attribution import citing
from tasks.attribution.reading import Press

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.gazetteer import Gazetteer
    from tasks.attribution.reading import Reading

_CAP = r"[A-ZÀ-Þ][\w’&+-]*\w"
_NAME = rf"(?P<name>{_CAP}(?:\s(?:of|the|and|&|de|la)?\s?{_CAP}){{0,3}})"
_SHORT_NAME = rf"(?P<name>{_CAP}(?:\s{_CAP}){{0,2}})"
#: each starts with letters, since such a pattern is looked for much faster; only who publishes is spoken of so
_SURE = (
    re.compile(rf"first\sreported\s(?:\w+\s\w+\s)?(?:by|in)\s(?:the\s)?{_SHORT_NAME}"),
    re.compile(
        rf"article\s(?:from|in|by)\s(?:the\s)?{_SHORT_NAME}(?=\s(?:that|mentioning|which|about|says|on|claiming)\b)"
    ),
    re.compile(rf"wr(?:ote|ites|iting)\sin\s(?:the\s)?{_SHORT_NAME}(?=[.,:]|\s(?:that|last|this|on\s\w+day)\b)"),
    re.compile(
        r"told\s(?:\w+\s){0,2}(?:reporters?|journalists?|correspondents?)\s(?:for|from|of|at|with)\s(?:the\s)?"
        rf"{_SHORT_NAME}(?=[.,:]|\s(?:that|on|last|in)\b)"
    ),
    re.compile(rf"told\s(?:the\s)?{_SHORT_NAME}\sin\san?\s(?:[\w-]+\s){{0,3}}(?:interview|podcast)\b"),
    re.compile(
        r"interview\s(?:with|for|on|published\s(?:in|by))\s(?:the\s)?"
        rf"(?:(?:magazine|newspaper|website|podcast|outlet|broadcaster)\s)?{_SHORT_NAME}"
        r"(?=[,.;:)]|\s(?:on|in|this|last|earlier|that|published|for|to|and|when|after|before|during|about|ahead|he|she)\b|$)"
    ),
)
#: the same, where what stands before says it: `letters seen by Nordwind`
_SURE_BEHIND = (
    (
        re.compile(rf"by\s(?:the\s)?{_SHORT_NAME}(?=[.,:]|\s(?:that|as\ssaying|and|shows?|reveals?|suggests?|say)\b)"),
        re.compile(
            r"\b(?:(?:documents?|e-?mails?|letters?|memos?|footage|videos?|recordings?|messages|transcripts?|figures|papers)\s"
            r"(?:obtained|seen|viewed)|[Ii]t\s(?:was|is|has\sbeen|had\sbeen)\s(?:first\s|also\s)?reported|quoted)\s$"
        ),
    ),
    (
        re.compile(rf"report\sin\s(?:the\s|\w+day['’]s\s)?{_SHORT_NAME}(?=[.,]|\s(?:that|on|said|says|which|about)\b)"),
        re.compile(r"\b(?:[Aa]|new|recent)\s$"),
    ),
    (
        re.compile(
            rf"issue\sof\s(?:the\s)?{_SHORT_NAME}(?=[.,:;]|\s(?:about|that|on|and|she|he|in|which)\b|$)", re.MULTILINE
        ),
        re.compile(
            r"\b(?:Jan\w+|Feb\w+|March|April|May|June|July|Aug\w+|Sept\w+|Oct\w+|Nov\w+|Dec\w+|new|latest|current|upcoming|"
            r"spring|summer|autumn|winter)\s$"
        ),
    ),
)
#: officials and firms are told things, too; the words of a quote, beside them, are for readers
_TOLD = tuple(
    re.compile(
        rf"{verb}\s{_SHORT_NAME}"
        r"(?=[.,:]|\s(?:that|on\s\w+day|in\s(?:\d{4}|[A-Z]\w+)|earlier|last|this\s(?:week|month|year)|shortly)\b)"
    )
    for verb in (
        "told",
        "tells",
        r"explain(?:s|ed)\sto",
        r"peaking\s(?:exclusively\s)?(?:to|with)",
        r"confirmed\sto",
        r"revealed\sto",
        r"opened\sup\sto",
    )
)
#: `as Nordwind reports`, `Nordwind is reporting`, `as Nordwind's story has it`: from the word back
_WORDS = (re.compile(r"report(?:ed|ing|s)?\b(?!\sto\b)(?:\sthat\b)?"), re.compile(r"story\b"), re.compile(r"article\b"))
#: `Nordwind reporter Anna Berg said`, `Nordwind quoted Berg as saying`, `Nordwind reported, citing two sources`
_DONE = (
    *(
        re.compile(
            rf"{one}\s[A-ZÀ-Þ][\w’'-]+\s[A-ZÀ-Þ][\w’'-]+\s(?:\w+\s)?"
            r"(?:report(?:s|ed)|tweeted|posted|wrote|writes|said|says|noted|notes|claim(?:s|ed)|reveal(?:s|ed))\b"
        )
        for one in ("reporter", "journalist", "columnist", "correspondent")
    ),
    re.compile(r"quote[sd]\s[^.;:\n\"“”]{2,80}?\sas\s(?:saying|having)\b"),
    re.compile(
        r",\sciting\s(?:an?\s|the\s|two\s|three\s|several\s|its\sown\s|un\w+\s|multiple\s)?"
        r"(?:[\w-]+\s)?(?:sources?|people|officials?|person|documents?|interviews)\b"
    ),
)
_AS = re.compile(rf"\b[Aa]s\s(?:the\s)?{_NAME}(?P<owns>['’]s)?\s(?:\w+\s){{0,2}}$")
_BEFORE_IT = re.compile(
    rf"(?:^|[.!?\n”\",]\s?|\bbut\s|\band\s)(?:The\s)?(?P<name>{_CAP}(?:\s{_CAP}){{0,2}})\s(?P<now>(?:is|are)\s)?$"
)
_RIGHT_BEFORE = re.compile(
    rf"(?:^|[.!?\n”\",]\s?|\b[a-z]+\s)(?:[Tt]he\s)?{_SHORT_NAME}(?:\s(?:also\s|has\s)?|\s(?:said|says|reported|wrote)(?:\son\s\w+day)?)$"
)
_REACH = 70
_NOBODY = WORDS["no_name"] | WORDS["not_told"]
_NO_HOUSE = WORDS["not_before_reporter"]


def unheard(reading: Reading) -> list[Press]:
    """Names that neither gazetteer nor form knows, and that nothing else in the article speaks against."""
    if reading.lexicon.lang != "en":
        return []
    known = {(press.start, press.end) for press in reading.press if press.form == "sure"}
    return [
        Press(start, end, reading.body[start:end], "sure")
        for start, end in dict.fromkeys(_spans(reading))
        if (start, end) not in known and may_publish(reading, start, end)
    ]


def _spans(reading: Reading) -> Iterator[tuple[int, int]]:
    plain = reading.plain
    told = [found for pattern in _TOLD for found in pattern.finditer(plain)]
    if told:
        quoted = {reading.sentence_number(one.end - 1) for one in reading.quotes if one.double}
        told = [found for found in told if reading.sentence_number(found.start()) in quoted]
    for found in chain(
        *(pattern.finditer(plain) for pattern in _SURE),
        _behind(plain),
        told,
        _from_word_back(plain),
        _before_what_it_did(plain),
    ):
        start, end = found.span("name")
        yield start, end - 2 if plain.endswith(("’s", "'s"), 0, end) else end


def _behind(plain: str) -> Iterator[re.Match[str]]:
    for pattern, before in _SURE_BEHIND:
        for found in pattern.finditer(plain):
            if before.search(plain, max(0, found.start() - _REACH), found.start()):
                yield found


def _from_word_back(plain: str) -> Iterator[re.Match[str]]:
    for word in chain(*(pattern.finditer(plain) for pattern in _WORDS)):
        verb = word[0].split()[0]
        low = max(0, word.start() - _REACH)
        found = _AS.search(plain, low, word.start())
        if found and (found["owns"] is None) == (verb in ("reports", "reported")):
            yield found
        elif verb == "reporting" or word[0] == "reports that":
            found = _BEFORE_IT.search(plain, low, word.start())
            if found and (found["now"] is not None) == (verb == "reporting"):
                yield found


def _before_what_it_did(plain: str) -> Iterator[re.Match[str]]:
    for done in chain(*(pattern.finditer(plain) for pattern in _DONE)):
        found = _RIGHT_BEFORE.search(plain, max(0, done.start() - _REACH), done.start())
        if found and not _NO_HOUSE.intersection(found["name"].split()):
            yield found


@lru_cache(maxsize=4)
def _peoples(gazetteer: Gazetteer) -> frozenset[str]:
    """`Norwegian`, which no outlet is called by itself."""
    return frozenset(alias.text for alias in gazetteer.aliases if alias.when == "people")


def may_publish(reading: Reading, start: int, end: int) -> bool:
    name = reading.plain[start:end]
    words = name.split()
    if not _NOBODY.isdisjoint(words) or not _peoples(reading.gazetteer).isdisjoint(words):
        return False
    if citing.NOT_PRESS.search(name) or reading.in_full(name, len(reading.body)):
        return False
    last = f"-{name.lower()}"
    for mention in reading.mentions:
        overlaps = mention.start < end and start < mention.end
        if overlaps and (mention.entity.type != "org" or mention.entity.link == "gazetteer"):
            return False
        if mention.entity.type == "person" and f"-{mention.entity.key.partition(':')[2]}".endswith(last):
            return False
    return True
