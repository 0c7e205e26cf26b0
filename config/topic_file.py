"""The shape of a topic file and of the terms in it; a file that has another shape is refused with line and mend."""

from __future__ import annotations

import tomllib
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.trouble import ConfigError, line_of

Measure = Literal["title", "lead", "body", "density", "any", "distinct"]
MEASURES: tuple[str, ...] = get_args(Measure)

MAX_SPELLINGS = 8000

_Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
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
    try:
        return TopicFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = str(error).rpartition("line ")[2].partition(",")[0]
        raise ConfigError(
            f"not valid TOML: {error}",
            file=file,
            line=int(found) if found.isdigit() else None,
            mend="mend the syntax there",
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        keys = [str(part) for part in first["loc"] if not str(part).startswith(("list[", "dict[", "function-"))]
        raise ConfigError(
            f"{'.'.join(keys)}: {first['msg']}", file=file, line=_line(text, keys), mend=_mend(keys, first["type"])
        ) from None


def _line(text: str, keys: list[str]) -> int | None:
    """The line of the deepest key that can be found, each looked for after its parent table."""
    within = f"[{'.'.join(keys[:2])}" if len(keys) > 1 else None
    table = next((found for found in (within, None) if found is None or found in text), None)
    for key in reversed(keys):
        line = line_of(text, key, within=table) or line_of(text, f"[{'.'.join(keys[: keys.index(key) + 1])}")
        if line:
            return line
    return None


def _mend(keys: list[str], kind: str) -> str:
    if kind == "extra_forbidden":
        known = {1: tuple(TopicFile.model_fields), 3: tuple(TopicTable.model_fields)}.get(len(keys))
        return f"known here: {', '.join(known)}" if known else "remove it or mend its spelling"
    if "weights" in keys:
        return f"a row of weights is a table of numbers; its columns are {', '.join(MEASURES)}"
    if kind == "missing":
        return f"add `{keys[-1]} = ...`"
    return "see docs/topics.md for what stands there"


def spellings(term: str) -> list[str]:
    """`war (in|on) ukraine` → each way to say it, in small letters but for words all in capitals.

    ValueError for a term that cannot be read.
    """
    found, end = _choices(term.removeprefix("!"), 0, depth=0)
    if end < len(term.removeprefix("!")):
        raise ValueError("a bracket is closed that was not opened")
    if any(not any(char.isalnum() for char in spelling) for spelling in found):
        raise ValueError("a term needs a letter or a digit")
    return [" ".join(word if _as_written(word) else word.lower() for word in spelling.split()) for spelling in found]


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
            found = [before + term[at] for before in found]
        if len(found) + len(done) > MAX_SPELLINGS:
            raise ValueError(f"more than {MAX_SPELLINGS} spellings")
        at += 1
    if depth and at == len(term):
        raise ValueError("a bracket is not closed")
    return done + found, at
