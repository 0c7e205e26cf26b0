"""Every act of saying outside quotation marks: the verb, and whose it is."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from tasks.attribution import phrases, subjects
from tasks.attribution.described import described
from tasks.attribution.speaker import Speaker

if TYPE_CHECKING:
    from tasks.attribution.layout import Area
    from tasks.attribution.reading import Mention, Reading

_WORD = re.compile(r"[^\W\d_]+")
_POSSESSIVE = re.compile(r"['’]s?\b")
_PREPOSITION = re.compile(
    r"\b(?i:of|for|to|by|with|in|from|at|about|on|against|unlike|like|than|toward|towards|including|told|between|over)\s"
    r"(?:the\s|then-|former\s)?(?:[A-Z][\w.-]+\s){0,2}$"
)
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|what['’]s|it['’]s|get|gets|got)\s(?:\w+ly\s|also\s|often\s|sometimes\s|now\s|not\s|then\s)?$"
)
_QUOTED_ANOTHER = re.compile(
    r"(?<!was )(?<!is )(?<!were )\b(?:quot|cit)(?:ed|es|ing)\s(?!as\b)([^.;:,\"“”]{3,80}?)\sas\s$"
)
_QUOTED_AS = re.compile(r"\b(?:is|was|were|are|been)\s(?:also\s)?(?:quoted|cited)\sas\s$")
_AND = re.compile(r"\b(?:and|but|or|then)(?:\s(?:also|then|later|again|even|has|had|\w+ly))*$")
_ALSO_NOUNS = frozenset(
    "reports claims calls notes posts states quotes promises comments remarks vows urges stresses say report called "
    "posted reported quoted described cited estimated highlighted pointed confirmed announced blamed welcomed branded "
    "accused rejected dismissed denied criticized criticised agreed continued continues praised".split()
)
_AUXILIARY_CHARS = 24
#: between a verb and its object: "the", a title
_OBJECT_CHARS = 12
#: behind these stands who listens, also where a quote goes before
_TELLS = frozenset(("told", "tells"))
_PASSES_ON = frozenset(("quoted", "quotes", "cited", "cites"))
_AS_SAYING = re.compile(r"\s([^.;:\"“”]{3,80}?)\sas\s(?:saying|telling)\b")
#: more is no sentence, and each costs a look back
_MOST_IN_A_SENTENCE = 30
_NEED_A_SUBJECT = frozenset(("en", "de", "fr", ""))
_NOTHING = re.compile(r"\s*(?:[.,;:]|[–—-]\s|\n|$)")
#: how far back "he" may point, in characters
_REACH = 700


class Said(NamedTuple):
    start: int
    end: int
    verb: str
    #: None: the words before the verb are not understood
    speaker: Speaker | None
    participle: bool
    #: where the speaker was named, when a pronoun stands for him
    antecedent: bool = False
    #: the office as the text has it, where the speaker is the person who holds it
    as_written: Speaker | None = None
    #: who did not say it: `the ministry has not confirmed`
    silent: Speaker | None = None


def acts(reading: Reading) -> list[Said]:
    """In the order of the text; pronouns resolved where there is one reading only."""
    found: list[Said] = []
    lexicon = reading.lexicon
    for sentence in reading.sentences:
        before = len(found)
        for word in _WORD.finditer(reading.plain, sentence.start, sentence.end):
            verb = word[0]
            if len(found) - before > _MOST_IN_A_SENTENCE:
                break
            if verb in lexicon.verbs:
                said = _finite(reading, sentence, word.start(), word.end(), found)
                if said:
                    found.append(said)
            elif verb in lexicon.participles:
                said = _participle(reading, sentence, word.start(), word.end(), found)
                if said:
                    found.append(said)
    return found


def _finite(reading: Reading, sentence: Area, start: int, end: int, earlier: list[Said]) -> Said | None:
    verb = reading.plain[start:end]
    passive = _PASSIVE.search(reading.plain, max(sentence.start, start - 24), start)
    if passive or subjects.noun(reading, sentence.start, start):
        return None
    if verb in _PASSES_ON and _AS_SAYING.match(reading.plain, end, sentence.end):
        # `Berg quoted the envoy as saying`: the words are the envoy's
        return None
    if _behind_a_quote(reading, start, sentence) and verb not in _TELLS:
        speaker = subjects.behind(reading, end, sentence.end)
        if speaker is None and (last := _left_out(reading, end, earlier)):
            return Said(start, end, verb, last, participle=False, antecedent=True)
    else:
        speaker = subjects.around(reading, sentence, start, end) or _beside(reading, sentence, start, end, earlier)
        speaker = _not_object(speaker, sentence, start, earlier, reading.plain)
    if speaker is None:
        # a verb that cannot be a noun hides whose words follow; a noun (`the reports`) hides nothing
        return None if verb in _ALSO_NOUNS else Said(start, end, verb, None, participle=False)
    said = _resolved(reading, Said(start, end, verb, speaker, participle=False), earlier)
    if said and subjects.denied(reading, sentence, start, end):
        return said._replace(speaker=None, silent=said.speaker)
    return said


def _left_out(reading: Reading, verb_end: int, earlier: list[Said]) -> Speaker | None:
    """`«...», añade.`: whose words went before, where the language needs no subject and nothing else follows."""
    if reading.lexicon.lang in _NEED_A_SUBJECT or not _NOTHING.match(reading.plain, verb_end):
        return None
    last = next((said for said in reversed(earlier) if said.speaker and said.speaker.type != "outlet"), None)
    near = last is not None and verb_end - last.end < _REACH
    return last.speaker._replace(start=verb_end, end=verb_end) if last and last.speaker and near else None


def _not_object(speaker: Speaker | None, sentence: Area, verb: int, earlier: list[Said], text: str) -> Speaker | None:
    """`Berg warned Hill in May and called it ...`: who was warned does not call."""
    last = earlier[-1] if earlier and earlier[-1].start >= sentence.start else None
    if (
        speaker is None
        or last is None
        or last.speaker is None
        or not _AND.search(text[max(0, verb - 24) : verb].rstrip())
    ):
        return speaker
    return last.speaker if 0 <= speaker.start - last.end <= _OBJECT_CHARS else speaker


def _beside(reading: Reading, sentence: Area, start: int, end: int, earlier: list[Said]) -> Speaker | None:
    """`Berg said ... and described it`, and `the plan, said Berg, is dead`."""
    lead = reading.plain[max(sentence.start, start - 24) : start].rstrip()
    if lead.endswith(","):
        speaker = subjects.behind(reading, end, sentence.end)
        return speaker if speaker and speaker.type == "named" and not speaker.pronoun else None
    if _AND.search(lead):
        for said in reversed(earlier):
            if said.start < sentence.start:
                break
            if said.speaker or said.silent:
                return said.speaker or said.silent
        return subjects.sentence_subject(reading, sentence, start)
    return None


def _behind_a_quote(reading: Reading, verb: int, sentence: Area) -> bool:
    """`," said Berg`: nothing but a mark stands between the quote and the verb."""
    text = reading.plain
    at = verb - 1
    while at >= sentence.start and verb - at < _AUXILIARY_CHARS:
        # `», s'indigne Berg`
        if text[at] in "”\"“»«’'" and not (text[at] in "’'" and text[at - 1].isalpha() and text[at + 1].isalpha()):
            break
        at -= 1
    between = text[at + 1 : verb].strip(" ,.!?—–-\u00a0\n").split()
    if not all(word in reading.lexicon.adverbs for word in between):
        return False
    if at < 0 or text[at] not in "”\"“»«’'":
        return False
    return any(quote.end == at + 1 for quote in reading.quotes)


def _participle(reading: Reading, sentence: Area, start: int, end: int, earlier: list[Said]) -> Said | None:
    verb = reading.plain[start:end]
    quoted = _quoted(reading, sentence, start)
    if quoted:
        return _resolved(reading, Said(start, end, verb, quoted, participle=False), earlier)
    continuing = verb in reading.lexicon.cues.continuing
    beside = subjects.name_before(reading, sentence.start, start)
    if beside:
        return Said(start, end, verb, beside, participle=True)
    if not _loose(reading.plain, start):
        return None
    for said in reversed(earlier):
        if said.start < sentence.start:
            break
        if said.speaker:
            return Said(start, end, said.verb if continuing else verb, said.speaker, participle=True)
    speaker = subjects.sentence_subject(reading, sentence, start)
    if speaker is None:
        return None
    return _resolved(reading, Said(start, end, verb, speaker, participle=True), earlier)


def _quoted(reading: Reading, sentence: Area, start: int) -> Speaker | None:
    """`Berg was quoted as saying`, `Hill quoted Berg as saying`."""
    of_another = _QUOTED_ANOTHER.search(reading.plain, max(sentence.start, start - _REACH // 4), start)
    if of_another:
        return phrases.phrase(reading, *of_another.span(1))
    passed_on = _QUOTED_AS.search(reading.plain, max(sentence.start, start - _AUXILIARY_CHARS), start)
    return subjects.before(reading, sentence.start, passed_on.start()) if passed_on else None


def _loose(text: str, start: int) -> bool:
    """A participle that hangs on the sentence: after a comma, "and", a quote, or at the start; not `is saying`."""
    before = text[max(0, start - 12) : start].rstrip()
    return not before or before[-1] in ',;—–"”’»' or before.endswith((" and", " by", " in", " as", "without", "while"))


def _resolved(reading: Reading, said: Said, earlier: list[Said]) -> Said | None:
    speaker = said.speaker
    if speaker is None:
        return said
    if speaker.pronoun is None:
        last = earlier[-1].speaker if earlier else None
        holder = described(reading, speaker, last.entity if last else None)
        return said if holder is speaker else said._replace(speaker=holder, as_written=speaker)
    found = _antecedent(reading, speaker, earlier)
    if found is None:
        return said._replace(speaker=None)
    return said._replace(speaker=found._replace(start=speaker.start, end=speaker.end), antecedent=True)


def _antecedent(reading: Reading, pronoun: Speaker, earlier: list[Said]) -> Speaker | None:
    at = pronoun.start
    if pronoun.pronoun == "it":
        last = earlier[-1].speaker if earlier else None
        thing = last and (last.type in ("official", "document") or (last.entity or "").startswith("org:"))
        return last if last and thing and at - last.end < _REACH // 2 else None
    number = reading.sentence_number(at)
    here = _one_person(reading, reading.sentences[number].start, at, pronoun)
    if isinstance(here, Speaker):
        return here
    near = takewhile(lambda said: at - said.end < _REACH, reversed(earlier))
    last_said = next((said for said in near if said.speaker), None)
    last = last_said.speaker if last_said else None
    for back in range(number - 1, max(-1, number - 5), -1):
        area = reading.sentences[back]
        if at - area.end > _REACH:
            break
        if last and last_said and area.start <= last_said.start < area.end and _fits(reading, last, pronoun):
            return last if last.type == "named" else None
        first = reading.plain[area.start : area.end].split(None, 1)[0].lower()
        if reading.lexicon.pronouns.get(first) == pronoun.pronoun:
            # `He hoped that Hill would come.`: whoever else is named there, he is the same as before
            continue
        person = _one_person(reading, area.start, area.end, pronoun)
        if isinstance(person, Speaker):
            return person
        if person:
            # somebody is named, but only beside something else: no guess, unless it is who spoke last
            keys = {mention.entity.key for mention in reading.named(area.start, area.end, "person")}
            return last if last and last.type == "named" and keys == {last.entity} else None
    return last if last and last.type == "named" and _fits(reading, last, pronoun) else None


def _one_person(reading: Reading, start: int, end: int, pronoun: Speaker) -> Speaker | bool:
    """The first person there who does not merely belong to something else. True: there are others; False: nobody."""
    found, named = None, False
    for mention in reading.named(start, end, "person"):
        after = reading.plain[mention.end : mention.end + 3]
        governed = _POSSESSIVE.match(after) or _PREPOSITION.search(reading.plain, start, mention.start)
        if _gender_fits(reading, mention.entity.key, pronoun):
            found = found or (None if governed else _speaker(reading, mention))
            named = True
    return found or named


def _speaker(reading: Reading, mention: Mention) -> Speaker:
    return phrases.of_mention(reading, mention)


def _fits(reading: Reading, speaker: Speaker, pronoun: Speaker) -> bool:
    return speaker.entity is None or _gender_fits(reading, speaker.entity, pronoun)


def _gender_fits(reading: Reading, key: str, pronoun: Speaker) -> bool:
    """False only where it is known that the pronoun is the other one."""
    known = reading.gender(key)
    return known is None or known == pronoun.pronoun
