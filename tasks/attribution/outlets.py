"""Outlets that an article takes its news from: `told Reuters`, `the Post reported`, `according to Der Spiegel`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tasks.attribution import citing
from tasks.attribution.digest import digest
from tasks.attribution.joined import before_and, behind_others, beside
from tasks.attribution.linked import linked
from tasks.attribution.ours import Ours
from tasks.attribution.refused import refused
from tasks.attribution.unheard import unheard
from tasks.entities.naming import slug
from tasks.entities.press import press_form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tasks.attribution.reading import Mention, Press, Reading
    from tasks.records import Entity, Link

_REACH = 110
_MOST_CITATIONS = 200
_TOLD = ("told", "tells", "telling", "speaking", "spoke")
_OF = re.compile(r"\s(?:of|at|from|with|for)\s(?:the\s)?")
#: `über die Seite nordwind.example berichtet`
_ABOUT = re.compile(r"\b(?:about|on|of|über|von|vom|sur|de|sobre|o|про|о|об)\s(?:[\w-]+\s){0,3}$", re.IGNORECASE)
#: French sets a blank within the marks
_MARKED = re.compile(r"[\"“”„«»’‘'][ \u00a0\u202f]?$|[ \u00a0\u202f]?[\"“”„«»’‘']")


class Cited(NamedTuple):
    name: str
    #: key of the entity, if it is one
    key: str | None
    wikidata: str | None
    #: the words of the citation
    start: int
    end: int
    #: where the outlet's own name stands
    at: tuple[int, int]
    #: somebody spoke to the outlet, rather than the outlet reporting by itself
    told: bool


def cited_outlets(reading: Reading, own: frozenset[str], links: Sequence[Link] = ()) -> list[Cited]:
    """`own`: keys and slugs of the publisher itself, who does not cite but reports."""
    found: list[Cited] = []
    ours = Ours(own)
    strange = [*unheard(reading), *linked(reading, links)]
    press = {mention.entity.key for mention in reading.mentions if _like_press(reading, mention)}
    press |= {mention.entity.key for one in strange for mention in reading.crossing(one.start, one.end)}
    for mention in reading.mentions:
        entity = mention.entity
        if not reading.outlet(entity) and entity.key not in press:
            continue
        if entity.key in own or reading.plain[mention.start] != reading.body[mention.start]:
            continue
        if reading.outlet(entity) and not reading.called_so(mention):
            continue
        if len(found) >= _MOST_CITATIONS:
            break
        one = (
            _cited(reading, mention.start, mention.end, entity)
            or beside(reading, mention, found)
            or _family(reading, mention)
        )
        if one and not ours(one.name):
            found.append(one)
    others = [
        mention
        for mention in reading.mentions
        if mention.entity.key not in own and (reading.outlet(mention.entity) or mention.entity.key in press)
    ]
    found += before_and(reading, found, others)
    for more in (_unknown(reading, strange, ours), _credits(reading, own), _digested(reading, ours)):
        found += [one for one in more if not any(one.at[0] < at.at[1] and at.at[0] < one.at[1] for at in found)]
    behind_others(
        reading,
        found,
        [one for one in others if not reading.outlet(one.entity) or reading.called_so(one)],
        [one for one in reading.press if one.form == "sure" and not ours(one.name)],
    )
    return sorted(found, key=lambda one: one.at)


def _family(reading: Reading, mention: Mention) -> Cited | None:
    """`Sky News Arabia reported`: a house whose name goes on from one that is known."""
    more = citing.FAMILY.match(reading.plain, mention.end) if reading.outlet(mention.entity) else None
    return _cited(reading, mention.start, more.end(), None) if more else None


def _unknown(reading: Reading, strange: Iterable[Press], ours: Callable[[str], bool]) -> list[Cited]:
    """Outlets that the gazetteer does not know, by the word for their kind, the form of their name, or what they do."""
    found = []
    for press in (*reading.press, *strange):
        start, end = _without_person(reading, press), press.end
        if citing.SHOW.match(reading.plain, end):
            continue
        if reading.crossing(start, end):
            continue
        if press.form in ("weak", "alone") and not _reported(reading, start, end, alone=press.form == "alone"):
            continue
        one = _cited(reading, start, end, None, press=press)
        if one and not ours(press.name):
            found.append(one._replace(name=press.name[start - press.start :]))
    return found


def _without_person(reading: Reading, press: Press) -> int:
    """Where the outlet's name starts in `Anna Berg of Radio Kestrel`."""
    for mention in reading.named(press.start, press.end, "person"):
        joined = _OF.match(reading.plain, mention.end)
        if mention.start == press.start and joined:
            return joined.end()
    return press.start


def _reported(reading: Reading, start: int, end: int, *, alone: bool) -> bool:
    if citing.REPORTED_BY.search(reading.plain, max(0, start - _REACH), start):
        return True
    if alone and "." in reading.plain[start:end]:
        lexicon, plain = reading.lexicon, reading.plain
        low = max(0, start - _REACH)
        if citing.TOLD.search(plain, low, start) or citing.THEIR_OWN.search(plain, low, start):
            return True
        reports = lexicon.reports_behind.match(plain, end) or lexicon.reports_before.search(plain, low, start)
        return bool(reports) and not _ABOUT.search(plain, low, start)
    if alone and citing.TOLD_THE.search(reading.plain, max(0, start - _REACH), start):
        return True
    return reading.plain.endswith(("the ", "The "), 0, start) and bool(citing.ATTRIBUTES.match(reading.plain, end))


def _credits(reading: Reading, own: frozenset[str]) -> list[Cited]:
    """`"..." Anna Berg, Harbour Post` at the end of a line: where the words before stood."""
    found = []
    several = False
    for credit in citing.CREDIT.finditer(reading.plain):
        start, end = credit.span("where")
        mentions = [one for one in reading.named(start, end) if reading.outlet(one.entity)]
        entity = mentions[0].entity if mentions else None
        # in a row of such credits, all are of one kind
        if entity is None and not several and not press_form(credit["where"]):
            continue
        several = True
        name = entity.name if entity else credit["where"]
        if slug(name) in own or (entity and entity.key in own):
            continue
        key, wikidata = (entity.key, entity.wikidata) if entity else (None, None)
        found.append(Cited(name, key, wikidata, credit.start("who"), end, (start, end), told=False))
    return found


def _digested(reading: Reading, ours: Callable[[str], bool]) -> list[Cited]:
    found = []
    for start, end, entity in digest(reading):
        name = entity.name if entity else reading.body[start:end]
        key, wikidata = (entity.key, entity.wikidata) if entity else (None, None)
        if not ours(name):
            found.append(Cited(name, key, wikidata, start, end, (start, end), told=False))
    return found


def _like_press(reading: Reading, mention: Mention) -> bool:
    entity, plain = mention.entity, reading.plain
    if entity.type == "person" or entity.link == "gazetteer" or citing.NOT_PRESS.search(entity.name):
        return False
    if citing.SHOW.match(plain, mention.end):
        return False
    kind = citing.KIND_BEHIND.match(plain, mention.end) or citing.KIND_BEFORE.search(
        plain, max(0, mention.start - 24), mention.start
    )
    if kind or entity.type != "org":
        return bool(kind)
    form = press_form(entity.name)
    if form == "alone" and "." in entity.name:
        return _reported(reading, mention.start, mention.end, alone=True)
    if form == "weak" and citing.REPORTED_BY.search(plain, max(0, mention.start - _REACH), mention.start):
        return True
    return form == "sure" or bool(
        plain.endswith(citing.ATTRIBUTES_BEFORE, 0, mention.start) and citing.ATTRIBUTES.match(plain, mention.end)
    )


def _cited(
    reading: Reading, start: int, end: int, entity: Entity | None, *, press: Press | None = None
) -> Cited | None:
    plain = reading.plain
    sentence = reading.sentence(start)
    # a name in quotation marks of its own
    marks = _MARKED.search(plain, max(0, start - 2), start), _MARKED.match(plain, end)
    left, right = (marks[0].start(), marks[1].end()) if marks[0] and marks[1] else (start, end)
    low = max(sentence.start, left - _REACH)
    high = min(sentence.end, right + _REACH)
    # a credit that is closed before the name is of another thing
    near = max(sentence.start, left - 60, plain.rfind(")", 0, left) + 1)
    if citing.PHOTO.search(plain, near, min(sentence.end, right + 12)):
        return None
    if citing.CAPTION.search(reading.body, right, right + 110) or citing.AFFILIATE.match(plain, right):
        return None
    before = citing.BEFORE.search(plain, low, left) or citing.REPORTERS_TOLD.search(plain, low, left)
    # much is sent "via" a firm; only a known outlet is one there
    sent = before and entity is None and before[0].startswith(("via ", "per "))
    if before and (sent or citing.in_passing(plain, low, left, right) or refused(plain, low, left)):
        return None
    after = None
    if before or not _acts_itself(reading, low, (left, right), high):
        after = (
            citing.AFTER.match(plain, right, high)
            or citing.SOURCES.match(plain, right, high)
            or citing.BY_JOURNALIST.match(plain, right, high)
            or citing.poll(plain, low, left, right)
            or (citing.ITS_WORK.match(plain, right, high) if citing.IN_ITS.search(plain, low, left) else None)
            or (citing.ASKED.match(plain, right, high) if citing.WHEN.search(plain, low, left) else None)
        )
    if not before and not after:
        return _by_words(reading, (left, right), (start, end), entity, press)
    told = bool(before and before[0].split(" ", 1)[0].lower() in _TOLD)
    first = before.start() if before else start
    last = after.end() if after and not before else end
    name = entity.name if entity else reading.body[start:end]
    return Cited(
        name, entity.key if entity else None, entity.wikidata if entity else None, first, last, (start, end), told
    )


def _acts_itself(reading: Reading, low: int, name: tuple[int, int], high: int) -> bool:
    """The outlet speaks of its own affairs, or somebody speaks for it: nothing is drawn from what it reported."""
    left, right = name
    if citing.SPEAKS_FOR.search(reading.plain, low, left):
        return True
    if citing.SOMEBODY_THERE.search(reading.plain, low, left) and citing.SPOKEN.match(reading.plain, right):
        return True
    return bool(citing.OF_ITSELF.match(reading.body, right + 1, min(high + 3, len(reading.body))))


def _by_words(
    reading: Reading, marked: tuple[int, int], at: tuple[int, int], entity: Entity | None, press: Press | None
) -> Cited | None:
    """In languages that have no patterns of their own here: a word of reporting beside the name."""
    lexicon, plain = reading.lexicon, reading.plain
    if lexicon.lang == "en" or (entity is None and press is None):
        return None
    sentence = reading.sentence(at[0])
    low = max(sentence.start, marked[0] - (2 * _REACH // 3 if marked == at else _REACH))
    according = list(lexicon.in_outlet.finditer(plain, low, marked[0]))
    between = _WORDS_BETWEEN + bool(press)
    near = according and len(plain[according[-1].end() : marked[0]].split()) <= between
    start = according[-1].start() if near else at[0]
    # `sagte Anna Berg der Zeitung`: who is told stands behind who speaks, and no comma between
    clauses = [clause.end() for clause in _NEW_CLAUSE.finditer(plain, low, marked[0])]
    # a name in quotation marks is told from all else, however far the verb
    reach = _WORDS_BEFORE if marked == at else 2 * _WORDS_BEFORE
    before = plain[max([low, *clauses]) : marked[0]].split()[-reach:]
    after = plain[marked[1] : min(sentence.end, marked[1] + _REACH // 2)].split()[:_WORDS_BETWEEN]
    # `wie die Zeitung unter Berufung auf den Hafen meldet`: the verb closes the clause
    clause = _CLAUSE.match(plain, marked[1], min(sentence.end, marked[1] + _REACH))
    after += clause[1].split()[-1:] if clause and lexicon.lang == "de" else []
    said = [
        word
        for word in (*before, *after)
        if (bare := word.strip(',.:;»”“"')) in lexicon.verbs or bare in lexicon.learns
    ]
    work = lexicon.own_work.match(plain, at[1])
    spoken_for = lexicon.staff.match(plain, marked[1]) or lexicon.on_behalf.search(plain, low, marked[0])
    work = work or lexicon.citing_behind.match(plain, marked[1])
    if not near and not work and (not said or spoken_for):
        return None
    end = plain.index(said[0], marked[1]) + len(said[0]) if said and said[0] in after and not near else at[1]
    if said and said[-1] in before and not near:
        start = plain.rindex(said[-1], low, marked[0])
    name = entity.name if entity else reading.body[at[0] : at[1]]
    key, wikidata = (entity.key, entity.wikidata) if entity else (None, None)
    return Cited(name, key, wikidata, start, end, at, told=False)


_WORDS_BETWEEN = 3
_NEW_CLAUSE = re.compile(r",|\b(?:que|dass|że|что|що)\s")
_CLAUSE = re.compile(r"([^,.;:]+)[,.;:]")
_WORDS_BEFORE = 7
_TITLE_TAIL = re.compile(r"(?:\s[–—|-]\s|:\s)(?:the\s|The\s)?(?P<name>[^–—|:]{2,40})$|^(?P<first>[^–—|:]{2,40}):\s")


def named_by_title(title: str) -> list[str]:
    """What a headline names at its end or start as the one who says so: `Talks to open in Oslo – Daily Post`."""
    return [name for found in _TITLE_TAIL.finditer(title) for name in (found["name"], found["first"]) if name]
