"""Words of reporting by language, from the TOML files in `reporting/`: the types and the loader."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from config.trouble import ConfigError, line_of, read_toml

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cues:
    """Words of reporting of one language, lower case; `reporting/en.toml` says what each list is for."""

    verbs: tuple[str, ...] = ()
    participles: tuple[str, ...] = ()
    continuing: tuple[str, ...] = ()
    naming: tuple[str, ...] = ()
    #: what only an outlet does; beside a site's address, they make it one
    reports: tuple[str, ...] = ()
    #: "has learned": what an outlet found out by itself
    learns: tuple[str, ...] = ()
    according: tuple[str, ...] = ()
    citing: tuple[str, ...] = ()
    he: tuple[str, ...] = ()
    she: tuple[str, ...] = ()
    it: tuple[str, ...] = ()
    #: first names, lower case without accents, that tell which pronoun goes with a person
    he_names: tuple[str, ...] = ()
    she_names: tuple[str, ...] = ()
    adverbs: tuple[str, ...] = ()
    #: stand among the adverbs before a verb, for nothing was said: "not"
    denials: tuple[str, ...] = ()
    #: the same, where they stand behind the verb and close its clause
    denials_behind: tuple[str, ...] = ()
    #: end a subject that stands behind its verb: "in", "on Monday"
    behind_subject: tuple[str, ...] = ()
    #: make the name or office behind them, with an article between at most, no subject: "with"
    prepositions: tuple[str, ...] = ()
    #: stand before a verb that its subject follows: "об этом"
    turning: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    #: offices and people without a name in the cases that follow "according to"
    offices_oblique: tuple[str, ...] = ()
    unnamed_oblique: tuple[str, ...] = ()
    #: begin a noun, besides the articles: "les", "ihre"
    determiners: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    #: between two names: "and"
    joins: tuple[str, ...] = ()
    scare: tuple[str, ...] = ()
    #: stand before an outlet alone: "in an interview with"
    in_outlet: tuple[str, ...] = ()
    #: what stands in quotation marks right behind one of them is an outlet's name: "w rozmowie z"
    in_marks: tuple[str, ...] = ()
    #: stand behind an outlet's name and a hyphen, for what it published: "Kestrel-Interview"
    own_work: tuple[str, ...] = ()
    #: stand behind an outlet's name for one who works there and speaks for the house
    staff: tuple[str, ...] = ()
    #: stand before the name of whom somebody speaks for: "für die"
    on_behalf: tuple[str, ...] = ()
    #: start an apposition: "a", "one of"
    articles: tuple[str, ...] = ()
    #: words for a newspaper, agency or station; a name right behind one is an outlet's
    kinds: tuple[str, ...] = ()
    weekdays: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    month_abbreviations: tuple[str, ...] = ()
    #: word → days from the day of publication
    relative: dict[str, int] = field(default_factory=dict)
    next: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    future: tuple[str, ...] = ()
    credit_by: tuple[str, ...] = ()
    republished: tuple[str, ...] = ()
    #: as `republished`, but of much else too: only an outlet of the gazetteer counts
    provided: tuple[str, ...] = ()
    photo: tuple[str, ...] = ()
    contributed: tuple[str, ...] = ()


def load_cues(folder: Path) -> dict[str, Cues]:
    """Language → its words of reporting; every list may be missing. Raises ConfigError with file, line and key."""
    found = {}
    for file in sorted(folder.glob("*.toml")):
        text = file.read_text(encoding="utf-8")
        raw = read_toml(text, file=file)
        strange = sorted(set(raw) - set(Cues.__dataclass_fields__))
        if strange:
            raise ConfigError(f"unknown key {strange[0]!r}", file=file, line=line_of(text, strange[0]))
        found[file.stem] = Cues(**{key: _cue(value) for key, value in raw.items()})
    return found


def _cue(value: str | list[str] | dict[str, int]) -> Any:
    """A text is a list of words."""
    return value if isinstance(value, dict) else tuple(value.split() if isinstance(value, str) else value)
