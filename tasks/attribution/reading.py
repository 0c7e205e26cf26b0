"""One article as attribution reads it: quotes, sentences, and who is named where."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property, lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from config.gazetteer.words import WORDS
from tasks.attribution.layout import Area, divided, masked, paragraphs, quoted, sentences
from tasks.entities.naming import Name
from tasks.entities.press import Form, press_form, press_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.gazetteer import Gazetteer
    from tasks.attribution.lexicon import Lexicon
    from tasks.records import Entity


#: each costs a look through the body
_NAMES_LOOKED_FOR = 40
_LONGEST_NAME = 80
_SHORTEST_NAME = 3


class Mention(NamedTuple):
    start: int
    end: int
    entity: Entity


class Press(NamedTuple):
    """An outlet's name that no table has."""

    start: int
    end: int
    name: str
    #: how sure its words make it; a word for its kind beside it makes it sure
    form: Form


class Reading:
    def __init__(self, body: str, entities: Sequence[Entity], lexicon: Lexicon, gazetteer: Gazetteer) -> None:
        self.body = body
        self.lexicon = lexicon
        self.gazetteer = gazetteer
        self.entities = entities
        self._full_names: dict[str, tuple[int, str] | None] = {}
        self.paragraphs = paragraphs(body)
        self.press = _press(body, lexicon)
        names = {(span.start, span.end) for entity in entities if self.outlet(entity) for span in entity.mentions}
        names |= {(press.start, press.end) for press in self.press}
        # newspapers stand in quotation marks in many languages: «Известия», "Economist"
        self.quotes = [one for one in quoted(body, list(self.paragraphs)) if tuple(one.words) not in names]
        if lexicon.lang != "en":
            self.quotes = divided(body, self.quotes, lexicon.verbs)
        #: the body with quoted words blotted out
        self.plain = masked(body, self.quotes)
        self.sentences = [sentence for area in self.paragraphs for sentence in sentences(self.plain, area)]
        self.mentions = sorted(
            (
                Mention(span.start, span.end, entity)
                for entity in entities
                if entity.type in ("person", "org", "place") and "demonym" not in entity.roles
                for span in entity.mentions
            ),
            key=lambda mention: (mention.start, -mention.end),
        )

    @cached_property
    def _sentence_starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    @cached_property
    def _paragraph_starts(self) -> list[int]:
        return [paragraph.start for paragraph in self.paragraphs]

    @cached_property
    def _mention_starts(self) -> list[int]:
        return [mention.start for mention in self.mentions]

    def sentence_number(self, at: int) -> int:
        return max(0, bisect_right(self._sentence_starts, at) - 1)

    def sentence(self, at: int) -> Area:
        return self.sentences[self.sentence_number(at)]

    def paragraph_number(self, at: int) -> int:
        return max(0, bisect_right(self._paragraph_starts, at) - 1)

    def named(self, start: int, end: int, *types: str) -> list[Mention]:
        """Mentions within the area, outside quotation marks, of these types (all, where none is given)."""
        found = []
        for mention in islice(
            self.mentions, bisect_left(self._mention_starts, start), bisect_left(self._mention_starts, end)
        ):
            wanted = not types or mention.entity.type in types
            if mention.entity.type == "person" and self.body[mention.start : mention.end].isupper():
                # a link or heading in capitals between the paragraphs; nobody speaks there
                continue
            if wanted and mention.end <= end and self.plain[mention.start] == self.body[mention.start]:
                found.append(mention)
        return found

    def crossing(self, start: int, end: int) -> list[Mention]:
        """Organisations and outlets whose mention has a part of this area."""
        low = bisect_left(self._mention_starts, start - _LONGEST_NAME)
        return [
            mention
            for mention in islice(self.mentions, low, bisect_left(self._mention_starts, end))
            if mention.end > start and (mention.entity.type == "org" or self.outlet(mention.entity))
        ]

    def persons_before(self, at: int, most: int) -> list[Mention]:
        """The nearest first."""
        found: list[Mention] = []
        for number in range(bisect_left(self._mention_starts, at) - 1, -1, -1):
            if len(found) >= most:
                break
            if self.mentions[number].entity.type == "person":
                found.append(self.mentions[number])
        return found

    def gender(self, key: str) -> str | None:
        """`he` or `she`, where the gazetteer or the first name tells; None where neither does."""
        item = self.gazetteer.items.get(key)
        if item is not None:
            return None if item.type != "person" else "she" if item.she else "he"
        first = key.partition(":")[2].split("-")[0]
        cues = self.lexicon.cues
        return "she" if first in cues.she_names else "he" if first in cues.he_names else None

    def in_full(self, last_name: str, before: int) -> str | None:
        """The first and last name, where the last stood with a first one before this place."""
        if last_name not in self._full_names and len(self._full_names) < _NAMES_LOOKED_FOR:
            pattern = rf"\b([A-ZÀ-ÞА-ЯЁІЇЄҐ][\w’'-]+) (?:[A-Z]\. )?{re.escape(last_name)}\b"
            found = re.search(pattern, self.body)
            usable = found is not None and found[1] not in WORDS["no_name"]
            self._full_names[last_name] = (found.start(), found[0]) if found and usable else None
        known = self._full_names.get(last_name)
        return known[1] if known and known[0] < before else None

    def outlet(self, entity: Entity) -> bool:
        item = self.gazetteer.items.get(entity.key)
        return item is not None and item.outlet

    def called_so(self, mention: Mention) -> bool:
        """False where the name is a person's of the same article, or a common word that the outlet is never called."""
        text = self.body[mention.start : mention.end]
        if text in self._last_names:
            return bool(_REPORTS.match(self.body, mention.end))
        item = self.gazetteer.items[mention.entity.key]
        return not item.weak or text in weak_names(self.gazetteer)

    @cached_property
    def _last_names(self) -> frozenset[str]:
        return frozenset(
            one.name.rsplit(" ", 1)[-1] for one in self.entities if one.type == "person" and " " in one.name
        )


@lru_cache(maxsize=4)
def weak_names(gazetteer: Gazetteer) -> frozenset[str]:
    """What the outlets are called whose name is a common word, too."""
    return frozenset(
        alias.text for alias in gazetteer.aliases if (item := gazetteer.items[alias.key]).outlet and item.weak
    )


def _again(body: str, found: Sequence[Press]) -> list[Press]:
    """The same names elsewhere in the text, where no word for their kind stands beside them."""
    names = sorted({press.name for press in found if len(press.name) >= _SHORTEST_NAME}, key=len, reverse=True)
    if not names:
        return []
    taken = {press.start for press in found}
    again = re.finditer(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names[:_NAMES_LOOKED_FOR]))})(?![\w-])", body)
    return [Press(*one.span(), one[0], "sure") for one in again if one.start() not in taken]


def _apposed(body: str, lexicon: Lexicon) -> list[Name]:
    """`Al-Sabil, a newspaper close to the government`"""
    found = []
    for kind in chain(lexicon.apposed.finditer(body), lexicon.followed.finditer(body)):
        name = _NAME_BEFORE.search(body, max(0, kind.start() - _LONGEST_NAME), kind.start())
        owner = _OWNER.match(name[0]) if name else None
        start = name.start() + owner.end() if name and owner else name.start() if name else 0
        text = body[start : kind.start()]
        if name and text.split()[0] not in WORDS["no_name"] and (kind[0][0] == "," or " " in name[0]):
            found.append(Name(text, start, kind.start()))
    return found


#: `Norway's Kestrel news channel`
_OWNER = re.compile(r"(?:[A-ZÀ-Þ]\w+\s)*[A-ZÀ-Þ]\w+(?:['’]s|s['’])\s")
_REPORTS = re.compile(r"\s(?:first\s|also\s)?(?:report(?:s|ed)|News)\b")
_NAME_BEFORE = re.compile(r"(?<![\w’'-])[A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ][\w’'-]+){0,2}$")


#: from the point on, which is looked for fastest; a file's name and `a.m.` end otherwise
_TOP = re.compile(
    r"\.(?:com|net|org|info|news|media|press|tv|fm|io|co|eu|de|at|ch|uk|ie|fr|be|nl|es|pt|it|pl|cz|sk|hu|ro|bg|gr|rs|hr|si|se|no|dk|fi|ee|lv|lt|"
    r"ru|ua|by|kz|ge|am|tr|il|in|cn|jp|kr|au|nz|za|ng|ke|br|mx|ar|cl|pe)(?![\w/@-]|\.\w)"
)
_HOST = re.compile(r"(?<![\w@./:-])(?:[a-z0-9][a-z0-9-]*\.){0,2}[a-z0-9][a-z0-9-]{2,}$")


def _sites(body: str, known: Sequence[Press]) -> list[Press]:
    """`harbour-post.example` in small letters: beside words of reporting, an outlet's."""
    found = []
    taken = {press.end for press in known}
    for top in _TOP.finditer(body):
        host = _HOST.search(body, max(0, top.start() - _LONGEST_NAME), top.start())
        if host and top.end() not in taken:
            found.append(Press(host.start(), top.end(), body[host.start() : top.end()], "alone"))
    return found


def _press(body: str, lexicon: Lexicon) -> list[Press]:
    found = []
    for pattern in (lexicon.kind_and_name, lexicon.according_marked):
        for kind in pattern.finditer(body):
            group = kind.lastgroup or "marked"
            first = kind[group].split()[0]
            within_a_word = body[kind.start() - 1 : kind.start()].isalnum()
            # `the Daily Berg` is another name than `the daily Berg`
            of_the_name = group == "name" and kind[0].split()[0] not in lexicon.kind_words
            else_named = not WORDS["no_press"].isdisjoint(kind[group].split())
            if not (
                within_a_word or of_the_name or else_named or first in WORDS["no_name"] or first in WORDS["press_leads"]
            ):
                found.append(Press(*kind.span(group), kind[group], "sure"))
    found += [Press(name.start, name.end, name.text, "sure") for name in _apposed(body, lexicon)]
    found += _again(body, found)
    found += _sites(body, found)
    for name in press_names(body):
        if not any(one.start < name.end and name.start < one.end for one in found):
            found.append(Press(name.start, name.end, name.text, press_form(name.text)))
    return sorted(found)
