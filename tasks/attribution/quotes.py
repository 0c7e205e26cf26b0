"""Quotes with their speakers, or `unknown`: a wrong name is worse than none."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from tasks.attribution import citing, phrases, subjects
from tasks.attribution.about import about
from tasks.attribution.speaker import Speaker
from tasks.records import Quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.attribution.layout import Quoted
    from tasks.attribution.outlets import Cited
    from tasks.attribution.reading import Reading
    from tasks.attribution.speech import Said

_ENDS_A_CLAUSE = re.compile(r"[,.!?…]['’”\"“»«]*\s*$")
_ATTRIBUTION_REACH = 170
_SMALL = frozenset(("of", "the", "a", "an", "and", "in", "for", "to", "on", "or", "with", "at", "by"))
_TITLE_LEAST, _TITLE_MOST = 2, 6
_BEFORE_TITLE = ("’s", "'s", " on", " in", " show", " program", " song", " book", " film", " podcast", " album")
#: a quote of so few words that nobody is known to have said may as well be a name or the writer's distance
_SCARE_WORDS = 4
_ACCORDING_REACH = 300
_SHORT_CHARS = 40
_LONE_ATTRIBUTION_WORDS = 8
#: "the ministry's", "Berg's spokesman": what may stand before the part of the subject that is taken for the speaker
_LEAD_WORDS = 5
#: a comma before the speaker, and his title
_LAST_CLAUSE = re.compile(r",\s(?:the\s)?(?:[A-Z][\w.]*\s){0,3}$")
#: more than where and when it was said
_GOES_ON = re.compile(r"[,;:\"“”«»]|(?:\S+\s+){9}")
_COLON = re.compile(r":\s*(?:\n\s*)?$")
_OF_A_CLAUSE_OF_ITS_OWN = re.compile(
    r"^\s*(?:that|which|who|and|but|as|while|when|where|because|of|in|to|for|from|with|is|was|are|were|has|have|had|will|would)\b"
)


#: say what somebody holds, not that he spoke; beside a verb of saying, that one counts
_YIELD = frozenset("agreed agree agrees thinks think thought believes believe believed continues begins began".split())
#: of these alone, nobody's words follow
_NOT_SAID = frozenset("agreed agree agrees continues begins began".split())


class _Found(NamedTuple):
    speaker: Speaker | None
    cue: str | None


_NOBODY = _Found(None, None)
_PAIR = 2


def quotes(reading: Reading, said: Sequence[Said], cited: Sequence[Cited]) -> tuple[Quote, ...]:
    starts = [act.start for act in said]
    found: list[Quote] = []
    previous: tuple[Quoted, _Found] | None = None
    marked = [quoted for quoted in reading.quotes if quoted.words.end > quoted.words.start]
    for number, quoted in enumerate(marked):
        attributed = _attributed(reading, quoted, said, starts)
        inherited = False
        if attributed == _NOBODY:
            attributed = _shared(reading, marked[number : number + 2], said, starts)
        if attributed == _NOBODY:
            attributed = _continued(reading, quoted, previous)
            inherited = attributed.speaker is not None
        scare = attributed.speaker is None and _is_scare(reading, quoted, attributed)
        if scare or _is_title(reading, quoted, attributed):
            previous = previous if quoted.words.end - quoted.words.start < _SHORT_CHARS else None
            continue
        found.append(_record(reading, quoted, attributed, cited, inherited=inherited))
        previous = (quoted, attributed)
    return tuple(found)


_JOINS = re.compile(r"[\s,]*(?:and|or|but|that|и|und|et|y)?\s*(?:that\s|the\s|a\s)?")


def _shared(reading: Reading, both: Sequence[Quoted], said: Sequence[Said], starts: Sequence[int]) -> _Found:
    """`"..." and "...," Berg said`: both are hers."""
    if len(both) < _PAIR:
        return _NOBODY
    between = reading.plain[both[0].end : both[1].start]
    return (
        _attributed(reading, both[1], said, starts) if _JOINS.fullmatch(between) and "\n\n" not in between else _NOBODY
    )


def _attributed(reading: Reading, quoted: Quoted, said: Sequence[Said], starts: Sequence[int]) -> _Found:
    """By words of the same sentence."""
    closing = reading.body[quoted.start : quoted.end]
    after_first = bool(_ENDS_A_CLAUSE.search(closing)) or reading.body[quoted.end : quoted.end + 1] == ","
    looks = (_after, _before) if after_first else (_before, _after)
    for look in looks:
        found = look(reading, quoted, said, starts)
        if found and look is _after and found.speaker and found.speaker.type == "outlet":
            # `the office called it "dead", the agency reported`
            first = _before(reading, quoted, said, starts)
            found = first if first and first.speaker and first.speaker.type != "outlet" else found
        if found:
            return found
    return _credited(reading, quoted) or _according(reading, quoted) or _colon(reading, quoted, said, starts) or _NOBODY


def _after(reading: Reading, quoted: Quoted, said: Sequence[Said], starts: Sequence[int]) -> _Found | None:
    """`"...," Berg said` and `"...," said Berg`."""
    sentence = reading.sentence(quoted.end - 1)
    limit = sentence.end
    if reading.body[quoted.end - 2] in "!?…" or sentence.end <= quoted.end:
        limit = _next_end(reading, sentence.end)
        if reading.body[quoted.end - 2] == ".":
            return None
    for act in islice(said, bisect_left(starts, quoted.end), None):
        if act.start >= limit or act.start - quoted.end > _ATTRIBUTION_REACH:
            break
        if act.participle:
            continue
        between = reading.plain[quoted.end : act.start]
        if any(mark in between for mark in '“”"«»„;:') or "\n\n" in between:
            break
        if act.speaker is None:
            return _Found(None, act.verb)
        if act.speaker.start >= quoted.end and _stands_behind(reading, quoted, act, sentence.end):
            return _Found(act.speaker, act.verb)
        break
    return None


def _stands_behind(reading: Reading, quoted: Quoted, act: Said, sentence_end: int) -> bool:
    """The attribution follows at once, or closes the sentence after a comma; not merely the next verb of saying."""
    if act.speaker is None:
        return False
    text = reading.plain
    between = text[quoted.end : min(act.speaker.start, act.start)]
    if _OF_A_CLAUSE_OF_ITS_OWN.match(text[quoted.end : act.start]):
        # `"..." and the boats turned back, Berg said.` attributes the whole sentence
        return bool(_LAST_CLAUSE.search(between)) and not _GOES_ON.search(text, act.end, sentence_end)
    if act.start >= sentence_end:
        # a sentence that only says who: `"Never!" Berg said.`
        rest = text[act.end : _next_end(reading, sentence_end)].split()
        return len(rest) <= _LONE_ATTRIBUTION_WORDS and not between.strip(' ”"»')
    behind = between.strip(" ,”\"»’'")
    comma = "," in (reading.body[quoted.end - 2], text[quoted.end : quoted.end + 1])
    if comma or len(behind.split()) <= _LEAD_WORDS:
        return True
    return between.rstrip().endswith((",", "—", "–")) and reading.body[quoted.end - 2] != "."


def _next_end(reading: Reading, at: int) -> int:
    number = reading.sentence_number(at) + 1
    return reading.sentences[number].end if number < len(reading.sentences) else at


def _before(reading: Reading, quoted: Quoted, said: Sequence[Said], starts: Sequence[int]) -> _Found | None:
    """`Berg said: "..."`, `Berg, who called it "..."`."""
    sentence = reading.sentence(quoted.start)
    return _last_act(said, starts, sentence.start, quoted.start)


def _credited(reading: Reading, quoted: Quoted) -> _Found | None:
    """`"..." Anna Berg, Harbour Post` at the end of a line."""
    credit = citing.CREDIT.match(reading.plain, quoted.end - 1)
    if not credit:
        return None
    start, end = credit.span("who")
    known = [mention for mention in reading.named(start, end, "person") if mention.end == end]
    speaker = phrases.of_mention(reading, known[-1]) if known else Speaker(credit["who"], "named", None, start, end)
    return _Found(speaker, None)


def _last_act(said: Sequence[Said], starts: Sequence[int], low: int, high: int) -> _Found | None:
    index = bisect_left(starts, high) - 1
    while index > 0 and starts[index] >= low and said[index].verb in _YIELD and starts[index - 1] >= low:
        # `Berg told us that Hill agreed to "..."`
        index -= 1
    if index >= 0 and said[index].verb in _NOT_SAID:
        return None
    return _Found(said[index].speaker, said[index].verb) if index >= 0 and starts[index] >= low else None


def _according(reading: Reading, quoted: Quoted) -> _Found | None:
    start = max(reading.sentence(quoted.start).start, quoted.start - _ACCORDING_REACH)
    end = min(reading.sentence(quoted.end - 1).end, quoted.end + _ACCORDING_REACH)
    for cue in reading.lexicon.according.finditer(reading.plain, start, end):
        if cue[0].lower() in reading.lexicon.cues.according:
            speaker = subjects.behind(reading, cue.end(), end)
            # an outlet passes on what somebody else said
            if speaker and speaker.type != "outlet":
                return _Found(speaker, cue[0].lower())
    return None


def _colon(reading: Reading, quoted: Quoted, said: Sequence[Said], starts: Sequence[int]) -> _Found | None:
    """`Berg: "..."`, and a quote of its own paragraph after `Berg said:`."""
    if not _COLON.search(reading.plain, max(0, quoted.start - 8), quoted.start):
        return None
    at = reading.plain.rfind(":", 0, quoted.start)
    sentence = reading.sentence(at)
    found = _last_act(said, starts, sentence.start, at)
    if found:
        return found
    short = len(reading.plain[sentence.start : at].split()) <= _LONE_ATTRIBUTION_WORDS
    speaker = phrases.phrase(reading, sentence.start, at) if short else None
    return _Found(speaker, ":") if speaker and speaker.type == "named" and not speaker.pronoun else None


def _continued(reading: Reading, quoted: Quoted, previous: tuple[Quoted, _Found] | None) -> _Found:
    """A sentence of nothing but quoted words goes on with the speaker before, in the same paragraph or the next."""
    if previous is None or previous[1].speaker is None:
        return _NOBODY
    last, attributed = previous
    number = reading.paragraph_number(quoted.start)
    sentence = reading.sentence(quoted.start)
    if sentence.start != quoted.start or not _whole_sentence(reading, quoted):
        return _NOBODY
    before = reading.paragraph_number(last.end - 1)
    if number == before:
        return attributed
    area = reading.paragraphs[number]
    alone = area.start == quoted.start and not reading.plain[quoted.end : area.end].strip()
    return attributed if alone and number == before + 1 else _NOBODY


def _whole_sentence(reading: Reading, quoted: Quoted) -> bool:
    last = reading.body[quoted.words.start : quoted.words.end].rstrip("’'‘”\"")[-1:]
    return last in ".!?…" or reading.body[quoted.end : quoted.end + 1] in ".!?"


def _is_scare(reading: Reading, quoted: Quoted, attributed: _Found) -> bool:
    words = reading.body[quoted.words.start : quoted.words.end].split()
    if not quoted.double and attributed.cue is None:
        return True
    before = reading.plain[max(0, quoted.start - 24) : quoted.start]
    if reading.lexicon.scare.search(before) or (before.strip() and before.rstrip()[-1] == "("):
        return True
    if reading.body[quoted.end - 2] in ",?!" and reading.sentence(quoted.start).start == quoted.start:
        return False
    if len(words) <= _SCARE_WORDS:
        ends = reading.body[quoted.words.start : quoted.words.end].rstrip("’'")[-1:] in ".!?…"
        return not ends or attributed.cue is None
    title = all(word[:1].isupper() or word.lower() in _SMALL for word in words)
    return title and not all(map(str.isupper, words))


def _is_title(reading: Reading, quoted: Quoted, attributed: _Found) -> bool:
    """`NBC’s "Meet the Press"`: nobody's words, whoever is named beside it."""
    words = reading.body[quoted.words.start : quoted.words.end].split()
    if not _TITLE_LEAST <= len(words) <= _TITLE_MOST or attributed.cue in reading.lexicon.naming:
        return False
    capital = all(word[:1].isupper() or word.lower() in _SMALL for word in words) and not all(map(str.isupper, words))
    introduced = reading.plain[max(0, quoted.start - 12) : quoted.start].rstrip().endswith(_BEFORE_TITLE)
    return capital and introduced and reading.body[quoted.end - 2] not in ",?!"


def _record(reading: Reading, quoted: Quoted, found: _Found, cited: Sequence[Cited], *, inherited: bool) -> Quote:
    speaker = found.speaker
    via = None if inherited else _via(reading, quoted, cited)
    kind = "unknown" if speaker is None else "official" if speaker.type == "document" else speaker.type
    if speaker and via and speaker.type == "outlet" and speaker.name == via:
        via = None
    return Quote(
        text=reading.body[quoted.words.start : quoted.words.end],
        start=quoted.words.start,
        end=quoted.words.end,
        speaker=speaker.name if speaker else None,
        speaker_type=kind,
        speaker_entity=speaker.entity if speaker else None,
        about=about(reading, quoted, speaker, found.cue),
        via=via,
        cue=found.cue,
    )


def _via(reading: Reading, quoted: Quoted, cited: Sequence[Cited]) -> str | None:
    """The outlet that the same sentence names as the one who was told."""
    first, last = reading.sentence(quoted.start), reading.sentence(quoted.end - 1)
    at = bisect_left([one.start for one in cited], first.start)
    return cited[at].name if at < len(cited) and cited[at].start < last.end else None
