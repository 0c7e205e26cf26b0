"""The shape of a topic file and of the terms in it; a file that has another shape is refused with line and mend."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.trouble import ConfigError, line_of, read_toml

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Measure = Literal["title", "lead", "body", "density", "any", "distinct", "top"]
MEASURES: tuple[str, ...] = get_args(Measure)

MAX_SPELLINGS = 8000
#: shorter words are other words when an s comes or goes
LEAST_INFLECTED = 4
#: the first that fits: ending of the singular, of the plural; day and days are no -ies
PLURALS = (
    *((f"{vowel}y", f"{vowel}ys") for vowel in "aeou"),
    ("y", "ies"),
    *((end, f"{end}es") for end in ("ss", "x", "ch", "sh")),
    ("", "s"),
)
#: standing alone, their singular is another word
ONLY_PLURAL = frozenset(
    {"arms", "customs", "forces", "goods", "grounds", "means", "rights", "states", "talks", "times"}
)
#: one that is not directly behind a letter, or has one directly behind it
INNER_STAR = re.compile(r"\*\w|(?<!\w)\*")
#: up to the next sign of a choice
PLAIN = re.compile(r"[^(|)]+")

SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
_Slug = Annotated[str, Field(pattern=f"^{SLUG}$")]
_Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
_Terms = Annotated[list[Annotated[str, Field(min_length=1, max_length=2000)]], Field(min_length=1)]
_Weights = dict[str, dict[Measure, Annotated[float, Field(ge=-50, le=50, allow_inf_nan=False)]]]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False)


class TopicTable(_Table):
    name: str = Field(min_length=1)
    iptc: list[Annotated[str, Field(pattern=r"^medtop:[0-9]{8}$")]] = []
    wikidata: Annotated[str, Field(pattern=r"^Q[1-9][0-9]*$")] | None = None
    parents: list[_Slug] = []
    threshold: float = Field(0.5, ge=0.01, le=0.99)
    bias: float | None = Field(None, ge=-50, le=50)
    untitled: float = Field(0.0, ge=-50, le=50)
    brief: float = Field(0.0, ge=-50, le=50)
    terms: _Terms | dict[_Language, _Terms] | None = None
    weights: _Weights = {}


class TopicFile(_Table):
    #: what people call this state of the rules; the version has a hash behind it all the same
    release: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,32}$")] | None = None
    include: list[str] = []
    #: of the plain lists of terms in this file
    language: _Language | None = None
    concepts: dict[_Slug, _Terms | dict[_Language, _Terms]] = {}
    topics: dict[_Slug, TopicTable] = {}


def parsed(text: str, file: str) -> TopicFile:
    form = 'a topic file is TOML: [topics.my-topic], below it terms = ["one", "two words"], with straight quotes'
    try:
        return TopicFile.model_validate(read_toml(text, file=file, mend=form))
    except ValidationError as error:
        first = _deepest(error)
        keys = [str(part) for part in first["loc"] if not str(part).startswith(("list[", "dict[", "function-"))]
        raise ConfigError(
            f"{'.'.join(keys)}: {first['msg']}", file=file, line=_line(text, keys), mend=_mend(keys, first["type"])
        ) from None


def _deepest(error: ValidationError) -> ErrorDetails:
    """Of a value that may have one of two shapes, the fault of the shape that it comes nearer to; what is missing may
    stand there misspelt."""
    found = error.errors()
    if found[0]["type"] == "missing":
        found.sort(key=lambda one: one["type"] != "extra_forbidden")
    alike = [one for one in found if one["loc"][:3] == found[0]["loc"][:3]]
    return max(alike, key=lambda one: len(one["loc"]))


def _line(text: str, keys: list[str]) -> int | None:
    """The line of the deepest key that can be found, each looked for after its parent table."""
    within = f"[{'.'.join(keys[:2])}" if len(keys) > 1 else None
    table = next((found for found in (within, None) if found is None or found in text), None)
    for key in reversed(keys):
        line = line_of(text, key, within=table) or line_of(text, f"[{'.'.join(keys[: keys.index(key) + 1])}")
        if line:
            return line
    return line_of(text, f"[[{keys[0]}")


#: key → what stands there
MENDS = {
    "terms": 'a list, terms = ["one", "two words"], or one for each language: { en = ["..."], de = ["..."] }',
    "threshold": "a score from 0.01 to 0.99, without quotes",
    "bias": "a number from -50 to 50, without quotes",
    "name": 'text in quotes, for people to read: name = "Energy security"',
    "language": 'two or three small letters, as in language = "de"',
    "include": 'a list of files, beside this one or shipped: include = ["wirebeat:topics.toml"]',
    "parents": 'a list of ids of other topics: parents = ["energy"]',
    "iptc": 'a list of Media Topic codes: iptc = ["medtop:20000638"]',
    "wikidata": 'an id: wikidata = "Q1889"',
    "release": "letters, digits, dots and hyphens, at most 32",
    "concepts": 'ids of small letters, digits and hyphens, each with a list of words: ship = ["ship", "ferry"]',
    "topics": "a table for each topic, [topics.my-topic], its id of small letters, digits and hyphens",
}


def _mend(keys: list[str], kind: str) -> str:
    if kind == "extra_forbidden":
        known = {1: tuple(TopicFile.model_fields), 3: tuple(TopicTable.model_fields)}.get(len(keys))
        if near := difflib.get_close_matches(keys[-1], known or (), n=1):
            return f"did you mean {near[0]!r}?"
        return f"known here: {', '.join(known)}" if known else "remove it or mend its spelling"
    if "weights" in keys:
        return f"a row of weights is a table of numbers; its columns are {', '.join(MEASURES)}"
    if kind == "missing":
        return f"add `{keys[-1]} = ...`"
    # a list holds numbered things: topics.harbour.terms.1
    named = next((key for key in reversed(keys) if key in MENDS), None)
    return MENDS[named] if named else "see docs/topics.md for what stands there"


def spellings(term: str) -> list[str]:
    """`war (in|on) ukraine` → each way to say it, in small letters but for words all in capitals.

    ValueError for a term that cannot be read.
    """
    found, end = _choices(term.removeprefix("!"), 0, depth=0)
    if end < len(term.removeprefix("!")):
        raise ValueError("a bracket is closed that was not opened")
    if any(not any(char.isalnum() for char in spelling) for spelling in found):
        raise ValueError("a term needs a letter or a digit")
    if any(INNER_STAR.search(spelling) for spelling in found):
        raise ValueError("a * stands at the end of a word, for any ending")
    return [" ".join(word if _as_written(word) else word.lower() for word in spelling.split()) for spelling in found]


def in_both_numbers(term: str) -> str:
    """An English term, its last word in the singular and in the plural where one is made of the other by rule."""
    found = spellings(term)
    others = (f"{before} {_other_number(last, alone=not before)}".strip() for before, last in map(_last_word, found))
    both = list(dict.fromkeys([*found, *others]))
    return term if len(both) == len(found) else f"{'!' if term.startswith('!') else ''}({'|'.join(both)})"


def _last_word(spelling: str) -> tuple[str, str]:
    before, _, last = spelling.rpartition(" ")
    return before, last


def _other_number(word: str, *, alone: bool) -> str:
    """`pipeline` ↔ `pipelines`, `refinery` ↔ `refineries`; a word that is not made so stays as it is."""
    if len(word) < LEAST_INFLECTED or not word.isalpha() or not word.islower():
        return word
    if not word.endswith("s") or word.endswith("ss"):
        return next(word.removesuffix(end) + plural for end, plural in PLURALS if word.endswith(end))
    if len(word) <= LEAST_INFLECTED or word.endswith(("us", "is", "ics", "news")) or (alone and word in ONLY_PLURAL):
        return word
    return next(word.removesuffix(plural) + end for end, plural in PLURALS if word.endswith(plural))


def _as_written(word: str) -> bool:
    """US and WHO are not us and who."""
    return len(word) > 1 and word.isupper()


def _choices(term: str, start: int, *, depth: int) -> tuple[list[str], int]:
    """The spellings from `start` to the bracket that closes this depth, and where that is."""
    done: list[str] = []
    found = [""]
    at = start
    while at < len(term) and term[at] != ")":
        if term[at] == "|" and depth:
            done, found = done + found, [""]
        elif term[at] == "(":
            inner, at = _choices(term, at + 1, depth=depth + 1)
            found = [before + choice for before in found for choice in inner]
        else:
            plain = PLAIN.match(term, at)
            same = plain.group() if plain else term[at]
            found = [before + same for before in found]
            at += len(same) - 1
        if len(found) + len(done) > MAX_SPELLINGS:
            raise ValueError(f"more than {MAX_SPELLINGS} spellings")
        at += 1
    if depth and at == len(term):
        raise ValueError("a bracket is not closed")
    return done + found, at
