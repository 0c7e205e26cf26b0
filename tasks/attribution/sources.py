"""Cited sources: outlets with whom they rest on, officials, documents, people without a name."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from tasks.attribution import subjects
from tasks.attribution.outlets import named_by_title
from tasks.entities.naming import slug
from tasks.records import CitedSource, Span, Underlying

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from tasks.attribution.outlets import Cited
    from tasks.attribution.reading import Reading
    from tasks.attribution.speaker import Speaker
    from tasks.attribution.speech import Said
    from tasks.records import Link

    SourceType = Literal["outlet", "official", "organisation", "named-person", "anonymous", "document"]

#: what the first two or three paragraphs hold; a claim that an article rests on is sourced there
_LEAD_CHARS = 700
_CITING = re.compile(r"\b(?:citing|cited|cites|quoting|quoted|quotes|according to)\s(?!by\b)")
_DATA = re.compile(r"\b(?:data|figures|statistics|survey|poll|polls|census|index)\b", re.IGNORECASE)
_MOST_EVIDENCE = 8
_REACH = 300
#: says nothing about where it comes from
_NO_SOURCE = frozenset(
    {
        "report",
        "reports",
        "the report",
        "a report",
        "the statement",
        "data",
        "people",
        "the people",
        "the news agency",
        "the agency",
        "the newspaper",
    }
)


class _Source(NamedTuple):
    name: str
    type: SourceType
    entity: str | None
    role: Literal["reported-by", "said", "cited", "data"]
    span: tuple[int, int]


def cited_sources(
    reading: Reading, title: str, said: Sequence[Said], cited: Sequence[Cited], links: Sequence[Link]
) -> tuple[CitedSource, ...]:
    """Nearest to the lead first, one entry a source; the first outlet of the lead is primary."""
    outlets = _grouped(cited)
    primary = _primary(outlets, title)
    found = [
        (spans[0].at[0], _outlet(reading, spans, said, links, primary=name == primary))
        for name, spans in outlets.items()
    ]
    others = _others(reading, said, [one.at for one in cited], {one.key for one in cited})
    lead_of_others = not primary and min((spans[0].span[0] for spans in others.values()), default=_LEAD_CHARS)
    for spans in others.values():
        first = spans[0]
        found.append((first.span[0], _other(reading, spans, primary=first.span[0] == lead_of_others < _LEAD_CHARS)))
    return tuple(source for _, source in sorted(found, key=lambda one: (one[0], one[1].name)))


def _grouped(cited: Sequence[Cited]) -> dict[str, list[Cited]]:
    groups: dict[str, list[Cited]] = {}
    for one in sorted(cited, key=lambda one: one.at):
        groups.setdefault(one.key or slug(one.name), []).append(one)
    return groups


def _primary(outlets: dict[str, list[Cited]], title: str) -> str | None:
    in_title = {slug(name) for name in named_by_title(title)}
    for key, spans in outlets.items():
        if slug(spans[0].name) in in_title or slug(spans[0].name.removeprefix("The ")) in in_title:
            return key
    return next((key for key, spans in outlets.items() if spans[0].start < _LEAD_CHARS), None)


def _outlet(
    reading: Reading, spans: Sequence[Cited], said: Sequence[Said], links: Sequence[Link], *, primary: bool
) -> CitedSource:
    first = spans[0]
    return CitedSource(
        name=first.name,
        type="outlet",
        entity=first.key,
        wikidata=first.wikidata,
        role="reported-by",
        primary=primary,
        urls=_urls(reading, first, links),
        underlying=_underlying(reading, spans, said),
        evidence=tuple(_span(reading, one.start, one.end) for one in spans[:_MOST_EVIDENCE]),
    )


def _span(reading: Reading, start: int, end: int) -> Span:
    return Span(text=reading.body[start:end], start=start, end=end)


def _urls(reading: Reading, cited: Cited, links: Sequence[Link]) -> tuple[str, ...]:
    item = reading.gazetteer.items.get(cited.key or "")
    sites = item.sites if item else ()
    compact = slug(cited.name.removeprefix("The ")).replace("-", "")
    found = []
    for link in links:
        host = (urlsplit(link.url).hostname or "") if link.url else ""
        known = any(host == site or host.endswith(f".{site}") for site in sites)
        if link.url and (known or (not sites and compact == host.removeprefix("www.").split(".")[0])):
            found.append(link.url)
    return tuple(dict.fromkeys(found))


def _underlying(reading: Reading, spans: Sequence[Cited], said: Sequence[Said]) -> tuple[Underlying, ...]:
    """Whom the outlet has it from, in the sentences that name it."""
    found: dict[str, Underlying] = {}
    starts = [act.start for act in said]
    for one in spans[:_MOST_EVIDENCE]:
        sentence = reading.sentence(one.at[0])
        for act in said[bisect_left(starts, one.start) : bisect_left(starts, one.at[0])]:
            speaker = act.as_written or act.speaker
            # the outlet was told, or its own words are quoted: who told it stands before the verb
            if speaker and speaker.type != "outlet" and not act.antecedent and not _same(speaker, one):
                _add(found, speaker)
        citing = _CITING if reading.lexicon.lang == "en" else reading.lexicon.citing_behind
        for cue in citing.finditer(reading.plain, one.at[1], min(sentence.end, one.at[1] + _REACH)):
            speaker = subjects.behind(reading, cue.end(), sentence.end)
            if speaker and speaker.type != "outlet" and not speaker.pronoun:
                _add(found, _up_to_verb(speaker))
    return tuple(found.values())


def _same(speaker: Speaker, cited: Cited) -> bool:
    """The outlet itself, where no table has it."""
    return speaker.start < cited.at[1] and cited.at[0] < speaker.end


_AS_SAYING = re.compile(r"\s(?:as\s(?:saying|telling)|who\ssaid|that\ssaid)\b.*$", re.DOTALL)


def _up_to_verb(speaker: Speaker) -> Speaker:
    name = _AS_SAYING.sub("", speaker.name)
    return speaker._replace(name=name, end=speaker.start + len(name)) if speaker.entity is None else speaker


_UNDERLYING: dict[str, Literal["anonymous", "official", "named-person", "document"]] = {
    "anonymous": "anonymous",
    "official": "official",
    "document": "document",
    "named": "named-person",
    "outlet": "named-person",
}


def _add(found: dict[str, Underlying], speaker: Speaker) -> None:
    found.setdefault(speaker.name, Underlying(label=speaker.name, type=_UNDERLYING[speaker.type]))


def _others(
    reading: Reading, said: Sequence[Said], taken: Sequence[tuple[int, int]], outlets: set[str | None]
) -> dict[str, list[_Source]]:
    """Officials, people without a name and documents that the article itself draws on."""
    found: dict[str, list[_Source]] = {}
    told_to_outlets = {reading.sentence_number(start) for start, _ in taken}
    speakers: list[tuple[Speaker, int, bool]] = [
        (act.as_written or act.speaker, act.end, False)
        for act in said
        if act.speaker and not act.antecedent and not act.participle and act.verb in reading.lexicon.verbs
    ]
    for cue in reading.lexicon.according.finditer(reading.plain):
        speaker = subjects.behind(reading, cue.end(), reading.sentence(cue.start()).end)
        if speaker and not speaker.pronoun:
            speakers.append((speaker, speaker.end, True))
    for speaker, end, cited in speakers:
        if reading.sentence_number(speaker.start) in told_to_outlets or speaker.entity in outlets:
            continue
        source = _source(reading, speaker, end, cited=cited)
        if source:
            found.setdefault(source.entity or source.name.lower(), []).append(source)
    for spans in found.values():
        spans.sort(key=lambda one: one.span)
    return found


def _source(reading: Reading, speaker: Speaker, end: int, *, cited: bool) -> _Source | None:
    entity = reading.gazetteer.items.get(speaker.entity or "")
    kind: SourceType
    if speaker.type == "named":
        # a named person's own words are quotes; a source he is where the article says "according to"
        if not cited:
            return None
        kind = "organisation" if (speaker.entity or "").startswith("org:") else "named-person"
    elif speaker.type == "outlet":
        return None
    else:
        kind = speaker.type
    if (entity is not None and entity.type == "place") or speaker.name.lower() in _NO_SOURCE:
        return None
    role: Literal["reported-by", "said", "cited", "data"] = "cited" if cited else "said"
    if _DATA.search(speaker.name):
        role = "data"
    return _Source(speaker.name, kind, speaker.entity, role, (speaker.start, max(end, speaker.end)))


def _other(reading: Reading, spans: Sequence[_Source], *, primary: bool) -> CitedSource:
    first = spans[0]
    item = reading.gazetteer.items.get(first.entity or "")
    return CitedSource(
        name=first.name,
        type=first.type,
        entity=first.entity,
        wikidata=item.wikidata if item else None,
        role=first.role,
        primary=primary,
        evidence=tuple(_span(reading, *one.span) for one in spans[:_MOST_EVIDENCE]),
    )
