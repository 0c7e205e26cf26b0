"""`the spokesman said`, of whom the text told before who he is."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from tasks.attribution import phrases
from tasks.attribution.speaker import Speaker

if TYPE_CHECKING:
    from config.gazetteer import Gazetteer
    from tasks.attribution.reading import Mention, Reading

#: offices that one person holds; what a text calls by turns one and the other stands in one line
_OFFICES = (
    "spokesman spokeswoman spokesperson",
    "president",
    "premier minister",
    "secretary",
    "chancellor",
    "governor",
    "mayor",
    "ambassador envoy negotiator",
    "head chief leader director chairman chairwoman chair boss commander",
    "general admiral colonel captain commander",
    "journalist reporter correspondent",
    "senator congressman congresswoman representative lawmaker",
    "judge",
    "prosecutor attorney",
    "sheriff",
    "commissioner",
)
_ALIKE: dict[str, set[str]] = {}
for _line in _OFFICES:
    for _office in _line.split():
        _ALIKE.setdefault(_office, set()).update(_line.split())
_THE_OFFICE = re.compile(
    r"(?:[Tt]he|[Tt]his|[Tt]hat)\s((?:[\w’'-]+\s){0,4}?)([A-Za-z]+)(?:\s(?:of|for|in|at|from)\s(.+))?$"
)
_FORMER = re.compile(r"\b(?:former|ex|then)\b[\s-]*$", re.IGNORECASE)
_SECOND = re.compile(r"\b(?:vice|deputy|assistant)\b", re.IGNORECASE)
_BEFORE_CHARS, _BEHIND_CHARS = 70, 90
_MENTIONS_LOOKED_AT = 60
_SENTENCE = re.compile(r"[.;:!?)\n]\s|\n")
_BEHIND = re.compile(r",\s(?:who\s(?:is|was)\s)?(?:(?:the|a|an|its|his|her|their)\s)?([^,.;:\n]+)")
#: between an office and its holder: nothing but what the office is of, and parts of the name
_SECOND_CHARS = 16
#: offices whose holder is a country's leader
_LEADERS = frozenset(("president", "chancellor", "prime"))
_UP_TO_NAME = re.compile(r"(?:\s(?:of|for|at|in|to)\s(?:[\w’'&-]+\s?){1,6})?,?(?:\s[A-Z][\w.’'-]*){0,2}\s?$")


def described(reading: Reading, speaker: Speaker, last: str | None) -> Speaker:
    """The person to whom an earlier passage gives the office; the words themselves, where it does so to several.

    `last`: key of who spoke last, who goes before others.
    """
    found = _THE_OFFICE.fullmatch(speaker.name)
    offices = _ALIKE.get(found[2].lower()) if found and speaker.type in ("official", "anonymous") else None
    if found is None or offices is None or reading.lexicon.lang != "en":
        return speaker
    wanted = {word for word in (*found[1].split(), *(found[3] or "").split()) if word[:1].isupper() and word != "The"}
    holders: dict[str, tuple[Mention, str]] = {}
    for mention in reading.persons_before(speaker.start, _MENTIONS_LOOKED_AT):
        words = _office_of(reading, mention, offices, (found[2].lower(), speaker.start))
        if words is not None and bool(_SECOND.search(words[-_SECOND_CHARS:])) == bool(_SECOND.search(found[1])):
            key = mention.entity.key
            holders[key] = (mention, f"{holders[key][1]} {words}" if key in holders else words)
    if len(holders) > 1 and wanted:
        countries = _countries(reading.gazetteer)
        holders = {
            key: one
            for key, one in holders.items()
            if all(word in one[1] or countries.get(word, "?") in one[1] for word in wanted)
        }
    if len(holders) != 1 and last not in holders:
        return speaker
    mention = holders[last if last in holders else next(iter(holders))][0]
    return phrases.of_mention(reading, mention)._replace(start=speaker.start, end=speaker.end)


@lru_cache(maxsize=4)
def _countries(gazetteer: Gazetteer) -> dict[str, str]:
    """`US`, `American` → `united-states`, as it stands in the roles of who holds an office there."""
    return {
        alias.text: alias.key.partition(":")[2] for alias in gazetteer.aliases if gazetteer.items[alias.key].country
    }


def _office_of(reading: Reading, mention: Mention, offices: set[str], asked: tuple[str, int]) -> str | None:
    """The words beside the mention that give the person the office; None where none do.

    `asked`: the office, and where it is asked for.
    """
    plain = reading.plain
    before = plain[max(0, mention.start - _BEFORE_CHARS) : mention.start]
    before = before[max((cut.end() for cut in _SENTENCE.finditer(before)), default=0) :]
    for office in re.finditer(r"[A-Za-z]+", before):
        if office[0].lower() in offices and _UP_TO_NAME.fullmatch(before, office.end()):
            if _FORMER.search(before, 0, office.start()):
                return None
            # what the person is besides, further on, is not asked for
            return f"{before[office.start() :]} {before[: office.start()]}"
    behind = _BEHIND.match(plain, mention.end, min(mention.end + _BEHIND_CHARS, asked[1]))
    if behind and offices.intersection(behind[1].lower().split()[:7]) and not _FORMER.search(behind[1].split()[0]):
        return behind[1]
    wanted = {asked[0], *(_LEADERS if asked[0] == "leader" else ())}
    roles = (role for role in mention.entity.roles if role.startswith("office:"))
    return next((role for role in roles if wanted.intersection(role.partition(":")[2].split("-"))), None)
