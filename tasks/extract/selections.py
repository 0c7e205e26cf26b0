"""trafilatura's XPath expressions, found sooner: the same elements in less than half the time.

Its expressions ask a regular expression, through Python, about each attribute of each element, there or not. Here each
name is asked about once, for all elements and pages, and rare attributes are looked for in C."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from lxml.etree import XPath
from lxml.html import HtmlElement
from trafilatura import xpaths

from tasks.extract.names import Answers

Selection = Callable[[HtmlElement], list[HtmlElement]]
#: (attributes, pattern): of several attributes the first that an element has is asked
Asked = tuple[tuple[str, ...], str]

_QUOTED = re.compile(r"'([^']*)'")
_FIRST = re.compile(r"\s*\((.*)\)\[1\]\s*", re.DOTALL)
_FORM = re.compile(r"\s*\.//\*((?:\s*\[[^\[\]]*\])+)\s*")
_PREDICATE = re.compile(r"\[([^\[\]]*)\]")
_TAGS = re.compile(r"\s*self::\w+(?:\s+or\s+self::\w+)*\s*")
_NAMES = r"(@[\w-]+(?:\|@[\w-]+)*)"
#: form of a condition → pattern, of the strings in it
_CONDITIONS: tuple[tuple[re.Pattern[str], Callable[..., str]], ...] = (
    (re.compile(_NAMES), str),
    (re.compile(_NAMES + r"='(\d+)'"), lambda value: rf"\A{re.escape(value)}\Z"),
    (re.compile(rf"contains\({_NAMES}, ?'(\d+)'\)"), re.escape),
    (re.compile(rf"starts-with\({_NAMES}, ?'(\d+)'\)"), lambda value: rf"\A{re.escape(value)}"),
    (
        re.compile(rf"contains\(translate\({_NAMES}, ?'(\d+)', ?'(\d+)'\), ?'(\d+)'\)"),
        lambda big, small, value: "".join(
            f"[{one}{big[small.index(one)]}]" if one in small else re.escape(one) for one in value
        ),
    ),
    (re.compile(rf"re:test\({_NAMES}, ?'(\d+)'\)"), str),
    (re.compile(rf"re:test\({_NAMES}, ?'(\d+)', ?'(\d+)'\)"), lambda value, flags: f"(?{flags}:{value})"),
)


class _Expression(NamedTuple):
    """`.//*[self::tag or …][condition or …][rest]`"""

    tags: list[str]
    asked: list[Asked]
    only_first: bool
    #: there are conditions that are not asked here
    more: bool


def _read(path: str) -> _Expression | None:
    """None for expressions of another form."""
    first = _FIRST.fullmatch(path)
    strings: list[str] = _QUOTED.findall(path)
    numbers = iter(range(len(strings)))
    form = _FORM.fullmatch(_QUOTED.sub(lambda _: f"'{next(numbers)}'", first.group(1) if first else path))
    if form is None:
        return None
    predicates = _PREDICATE.findall(form.group(1))
    tags = re.findall(r"self::(\w+)", predicates.pop(0)) if _TAGS.fullmatch(predicates[0]) else []
    conditions = re.split(r"\s+or\s+", predicates.pop(0).strip()) if predicates else []
    asked = [found for one in conditions if (found := _asked(one, strings))]
    if not asked or len(asked) < len(conditions):
        return None
    return _Expression(tags, asked, bool(first) or predicates == ["1"], bool(predicates) and predicates != ["1"])


def _asked(condition: str, strings: list[str]) -> Asked | None:
    for form, pattern in _CONDITIONS:
        if match := form.fullmatch(condition):
            names, *numbers = match.groups()
            return tuple(names.replace("@", "").split("|")), pattern(*(strings[int(number)] for number in numbers))
    return None


def _answers(patterns: list[str]) -> Answers[bool]:
    search = re.compile("|".join(f"(?:{one})" for one in patterns or ("(?!)",))).search
    return Answers(lambda name: search(name) is not None)


def quick(*slow: Any) -> Selection | None:
    """A selection of what these XPaths find, in one walk; None where one has another form than those known here."""
    said = [one for xpath in slow if (one := _read(xpath.path))]
    if len(said) < len(slow):
        return None
    found = _found(said)

    def select(tree: HtmlElement) -> list[HtmlElement]:
        if said[0].only_first:  # `[1]` is the first in each parent; the library looks at the first of all alone
            return [one for one, _ in zip(found(tree), range(1), strict=False)]
        elements = list(found(tree))
        if elements and any(one.more for one in said):
            return [element for xpath in slow for element in xpath(tree)]
        return elements

    return select


def _found(said: list[_Expression]) -> Callable[[HtmlElement], Iterator[HtmlElement]]:
    every = [one for expression in said for one in expression.asked]
    # what may fit, by one look at each of the two
    by_class, by_id = (_answers([pattern for names, pattern in every if one in names]) for one in ("class", "id"))
    rare = sorted({name for names, _ in every for name in names} - {"class", "id"})
    with_rare = XPath(f"descendant::*[{' or '.join(f'@{one}' for one in rare)}]") if rare else None
    tags = {tag for expression in said for tag in expression.tags or ("*",)}
    tests = [
        (frozenset(expression.tags), [(names, _answers([pattern])) for names, pattern in expression.asked])
        for expression in said
    ]

    def fits(element: HtmlElement) -> bool:
        return any(
            (not own or element.tag in own)
            and any((value := _first(element, names)) is not None and test[value] for names, test in asked)
            for own, asked in tests
        )

    def found(tree: HtmlElement) -> Iterator[HtmlElement]:
        others = {one for one in with_rare(tree) if fits(one)} if with_rare is not None else ()
        for element in tree.iterdescendants(*tags):
            name, number = element.get("class"), element.get("id")
            if (
                ((name is not None and by_class[name]) or (number is not None and by_id[number])) and fits(element)
            ) or element in others:
                yield element

    return found


def _first(element: HtmlElement, names: tuple[str, ...]) -> str | None:
    """Of several attributes XPath takes the one that the page writes first."""
    if len(names) == 1:
        value: str | None = element.get(names[0])
        return value
    found: Iterator[str] = (value for name, value in element.items() if name in names)
    return next(found, None)


def _each(slow: list[Any]) -> list[Selection]:
    return [quick(one) or one for one in slow]


def _together(slow: list[Any]) -> list[Selection]:
    """Only where the order in which elements are found does not matter, as where they are taken out."""
    one = quick(*slow)
    return [one] if one else _each(slow)


_LISTS: tuple[list[Any], ...] = (
    xpaths.BODY_XPATH,
    xpaths.OVERALL_DISCARD_XPATH,
    xpaths.TEASER_DISCARD_XPATH,
    xpaths.DISCARD_IMAGE_ELEMENTS,
    xpaths.RAW_TREE_PRUNE_XPATH,
    xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH,
)
_SLOW = [list(one) for one in _LISTS]
_QUICK = [_each(_LISTS[0]), *map(_together, _LISTS[1:])]
#: the last two at once: follow-up articles and readers' comments
ADDED = _together([*xpaths.RAW_TREE_PRUNE_XPATH, *xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH])


@contextmanager
def sooner() -> Iterator[None]:
    """Within it the library uses these; what else uses the library in this process is left as it was."""
    for shared, mine in zip(_LISTS, _QUICK, strict=True):
        shared[:] = mine
    try:
        yield
    finally:
        for shared, mine in zip(_LISTS, _SLOW, strict=True):
            shared[:] = mine
