"""The words of reporting of one language, ready for look-up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.gazetteer.cues import Cues

_NEVER = re.compile(r"(?!)")
#: for the inside of a class; letters that begin a name
CAPITAL = "A-ZÀ-ÞА-ЯЁІЇЄҐŁŚŻĆŹ"
_CAP = rf"[{CAPITAL}][\w’'-]+"
_NAME = rf"{_CAP}(?: (?:(?:de|del|della|du|des|la|le|of|the) ){{0,2}}{_CAP}){{0,3}}"
_SITE = r"[A-Za-z][A-Za-z0-9-]+\.[a-z]{2,4}(?!\w|\.\w)"
_MARKED = (
    rf"(?:[«\"„“](?P<marked>[{CAPITAL}][^«»\"“”„\n.!?]{{1,40}})[»\"“”]"
    rf"|['‘](?P<single>[{CAPITAL}][^'’‘\n.!?]{{1,40}})['’](?!\w))"
)
#: `l'armée`
_ELIDED = re.compile(r"^(?:[ldsnmtj]|qu)['’]")
_SHORTEST_FIRST_PART, _SHORTEST_LAST_PART = 2, 7
#: between the kind and the name, in languages that set it behind: `quotidien espagnol Sport`
_OF_A_COUNTRY = (
    r"(?:\s(?!del\b|des\b)[a-zà-ÿ]{2,}(?:ais|aise|ain|aine|ien|ienne|and|ande|ol|ole|ique|ois|oise|al|ale|és|esa|ano|ana|ense|eño|eña|"
    r"ico|ica|án|ana|ino|ina|io|ia|ola|eo|ea|tal|nal))?"
)


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
    #: the same, and "in an interview with", which only an outlet follows
    in_outlet: re.Pattern[str]
    scare: re.Pattern[str]
    #: a word for the kind of an outlet and its name, bare (`name`) or in quotation marks (`marked`)
    kind_and_name: re.Pattern[str]
    kind_words: frozenset[str]
    #: what stands behind a name that nobody knows: ", a newspaper close to the government"
    apposed: re.Pattern[str]
    #: the same without a comma: "the Deep Water podcast"
    followed: re.Pattern[str]
    #: "according to" and a name in quotation marks (`marked`); English sets papers in none
    according_marked: re.Pattern[str]
    #: "-Interview" behind the name: what the outlet published
    own_work: re.Pattern[str]
    #: what only an outlet does, behind its name and before it
    reports_behind: re.Pattern[str]
    reports_before: re.Pattern[str]
    #: ", unter Berufung auf": who cites, reports
    citing_behind: re.Pattern[str]
    #: one of the house, or "for the" before its name: somebody speaks for it
    staff: re.Pattern[str]
    on_behalf: re.Pattern[str]

    @cached_property
    def denials(self) -> frozenset[str]:
        return frozenset(self.cues.denials)

    @cached_property
    def denied_behind(self) -> re.Pattern[str]:
        return any_of(self.cues.denials_behind, before=r"[^,.;:\"„“”«»\n]*?\s", after=r"\s*(?=[,.;:]|$)")

    @cached_property
    def behind_subject(self) -> re.Pattern[str]:
        return any_of(
            (*self.cues.behind_subject, *self.cues.weekdays) if self.cues.behind_subject else (), before=r"\s"
        )

    @cached_property
    def turning(self) -> re.Pattern[str]:
        return any_of(self.cues.turning, after=r"$")

    @cached_property
    def prepositions(self) -> frozenset[str]:
        return frozenset(self.cues.prepositions)

    @cached_property
    def governing(self) -> re.Pattern[str]:
        return any_of(self.cues.prepositions, after=r"\s(?:\w{1,3}\s)?$")

    @cached_property
    def learns(self) -> frozenset[str]:
        return frozenset(self.cues.learns)

    @cached_property
    def joins(self) -> frozenset[str]:
        return frozenset(self.cues.joins)

    @cached_property
    def oblique(self) -> dict[str, str]:
        return dict.fromkeys(self.cues.offices_oblique, "official") | dict.fromkeys(
            self.cues.unnamed_oblique, "anonymous"
        )

    @cached_property
    def articles(self) -> frozenset[str]:
        return frozenset((*self.cues.articles, *self.cues.determiners))

    @cached_property
    def according_end(self) -> re.Pattern[str]:
        return any_of(self.cues.according, after=r"\s*$")

    def head(self, word: str, *, oblique: bool = False) -> str | None:
        """What a noun in small letters is as a source. German writes `Verkehrsministerium` for a ministry of traffic.

        `oblique`: also in the forms that only stand behind `по данным` and the like."""
        known = self.heads.get(word) or (self.oblique.get(word) if oblique else None)
        if known is None and self.lang == "fr":
            known = self.heads.get(_ELIDED.sub("", word))
        if known is None and self.lang == "de":
            ends = (word[start:] for start in range(_SHORTEST_FIRST_PART, len(word) - _SHORTEST_LAST_PART + 1))
            known = next((self.heads[end] for end in ends if end in self.heads), None)
        return known


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
        adverbs=frozenset((*cues.adverbs, *cues.weekdays, *cues.denials)),
        heads=heads,
        quantities=frozenset(cues.quantities),
        pronouns=pronouns,
        according=any_of((*cues.according, *cues.citing)),
        in_outlet=any_of((*cues.according, *cues.citing, *cues.in_outlet)),
        scare=any_of(cues.scare, before=""),
        kind_and_name=_kind_and_name(cues.kinds, _OF_A_COUNTRY if lang in ("fr", "es") else ""),
        kind_words=frozenset(kind.split()[0] for kind in cues.kinds),
        apposed=_apposed(cues),
        followed=re.compile(rf" {_tree(set(cues.kinds))}\b") if lang == "en" else _NEVER,
        according_marked=_behind((*cues.according, *cues.citing, *cues.in_marks) if lang != "en" else (), _MARKED),
        own_work=any_of(cues.own_work, before='[“"»]?-'),
        reports_behind=any_of(cues.reports, before=r"\s(?:first\s|also\s)?"),
        reports_before=any_of(cues.reports, after=r"\s$"),
        citing_behind=any_of(cues.citing, before=r",?\s"),
        staff=any_of(cues.staff, before=r"[\s-]"),
        on_behalf=any_of(cues.on_behalf, after=r"\s$"),
    )


def _kind_and_name(kinds: tuple[str, ...], between: str) -> re.Pattern[str]:
    """No word border in front: a pattern that starts with letters is looked for much faster. The reader checks it."""
    if not kinds:
        return _NEVER
    both = {form for kind in kinds for form in (kind, kind[0].upper() + kind[1:])}
    return re.compile(rf"{_tree(both)}{between}\s(?:{_MARKED}|(?P<site>{_SITE})|(?P<name>{_NAME}))")


def _tree(words: set[str]) -> str:
    """A pattern for any of the words that looks at no letter twice: a third of the time of one after the other."""
    by_first: dict[str, set[str]] = {}
    for word in words - {""}:
        by_first.setdefault(word[0], set()).add(word[1:])
    branches = [re.escape(letter) + _tree(rest) for letter, rest in sorted(by_first.items())]
    return f"(?:{'|'.join(branches)}){'?' if '' in words else ''}" if branches else ""


def _apposed(cues: Cues) -> re.Pattern[str]:
    if not cues.kinds or not cues.articles:
        return _NEVER
    return re.compile(
        rf",\s{any_of(cues.articles).pattern}\s(?:[\w’'-]+\s){{0,4}}{any_of(cues.kinds, after='').pattern}(?![\w’'-])"
    )


def _behind(phrases: tuple[str, ...], name: str) -> re.Pattern[str]:
    return re.compile(rf"(?i:{any_of(phrases).pattern})\s{name}") if phrases else _NEVER


def any_of(phrases: tuple[str, ...], before: str = r"\b", after: str = r"\b") -> re.Pattern[str]:
    """One pattern for any of the phrases, whatever their case; matches nothing where there are none."""
    if not phrases:
        return _NEVER
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(before + "(?:" + "|".join(map(re.escape, longest_first)) + ")" + after, re.IGNORECASE)
