"""The words of reporting of one language, ready for look-up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.gazetteer.cues import Cues

_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True)
class Lexicon:
    lang: str
    cues: Cues
    verbs: frozenset[str]
    participles: frozenset[str]
    naming: frozenset[str]
    adverbs: frozenset[str]
    heads: dict[str, str]
    quantities: frozenset[str]
    pronouns: dict[str, str]
    #: "according to", "citing": what follows names the source
    according: re.Pattern[str]
    scare: re.Pattern[str]


def lexicon(lang: str, cues: Cues) -> Lexicon:
    heads = dict.fromkeys(cues.documents, "document") | dict.fromkeys(cues.offices, "official")
    for word in cues.unnamed:
        heads[word] = "either" if word in cues.offices else "anonymous"
    pronouns = dict.fromkeys(cues.he, "he") | dict.fromkeys(cues.she, "she") | dict.fromkeys(cues.it, "it")
    return Lexicon(
        lang=lang,
        cues=cues,
        verbs=frozenset(cues.verbs),
        participles=frozenset((*cues.participles, *cues.continuing)),
        naming=frozenset(cues.naming),
        adverbs=frozenset(cues.adverbs),
        heads=heads,
        quantities=frozenset(cues.quantities),
        pronouns=pronouns,
        according=any_of((*cues.according, *cues.citing)),
        scare=any_of(cues.scare, before=""),
    )


def any_of(phrases: tuple[str, ...], before: str = r"\b", after: str = r"\b") -> re.Pattern[str]:
    """One pattern for any of the phrases, whatever their case; matches nothing where there are none."""
    if not phrases:
        return _NEVER
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(before + "(?:" + "|".join(map(re.escape, longest_first)) + ")" + after, re.IGNORECASE)
