"""Parts of a page that are no article, known by how the page itself names them: taken out before the text is looked for."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from tasks.extract import layout
from tasks.extract.text import folded

# a part that holds more than this share of the page's text is the article, whatever it is called
MAX_SHARE = 0.2
MAX_CAPTIONS = 200
# a link around whole headings and paragraphs is the card of another article
_CARD = ("h2", "h3", "h4", "h5", "h6", "p", "div", "figure")
MAX_CARD_CHARS = 900

_SILENT = (
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "iframe",
    "select",
    "object",
    "embed",
    "canvas",
    "input",
    "textarea",
)
_START, _END = r"(?:^|[\s_-])", r"(?:$|[\s_-])"
# however long: nothing else is called so
_STRONG = "|".join(
    (
        r"news-?letters?",
        r"sign-?up(?:-\w+)?",
        r"cookies?(?:-\w+)?",
        r"consent(?:-\w+)?",
        r"gdpr",
        r"pop-?up",
        r"modal",
        r"related(?:-\w+)?",
        r"more-(?:topics?|from|on|stories|news|articles|posts|about|like-this|coverage|in)",
        r"read-?(?:more|next|also|too)",
        r"also-?read",
        r"see-?also",
        r"recommend(?:ed|ation|ations)?(?:-\w+)?",
        r"recirc(?:ulation)?",
        r"trending",
        r"most-?(?:read|popular|viewed|shared|commented)",
        r"up-?next",
        r"next-(?:article|post|story)",
        r"prev(?:ious)?-(?:article|post|story)",
        r"outbrain",
        r"taboola",
        r"teasers?-(?:block|list|stretched|box|item)",
        r"(?:latest|top|further|similar)-(?:news|stories|articles|posts)",
        r"author-?(?:bio|box|info|card|profile|description|details|about)",
        r"about-(?:the-)?authors?",
        r"comments?-?(?:list|section|area|form|wrapper|container|block|box|count|link|thread)",
        r"disqus(?:-\w+)?",
        r"comments",
        r"(?:info|fact)-?box(?:en)?",
        r"social-\w+",
        r"carousel",
        r"bread-?crumbs?",
        r"disclaimers?",
        r"affiliate-(?:disclaimer|disclosure|note|info)",
        r"follow-(?:us|box|bar)",
        r"sponsored-\w+",
        r"image-caption",
        r"fig-?caption",
        r"wp-caption-text",
    )
)
# where it is short: the same words also name whole articles
_WEAK = "|".join(
    (
        r"subscri(?:be|ption|ptions)", r"follow", r"donat(?:e|ion)", r"membership", r"app-(?:promo|banner|download)", r"overlay", r"toast", r"tool-?tip", r"light-?box",
        r"suggest(?:ed|ions?)", r"teasers?", r"promos?(?:-\w+)?", r"(?:article|story|news|post)-card", r"popular", r"link-?(?:list|box|teaser)", r"topic-?(?:list|links|tags)", r"tag-?(?:list|cloud|links)", r"tags", r"pagination", r"pager",
        r"author(?:-(?:name|meta|line))?", r"authors", r"by-?lines?", r"contributors?", r"(?:article|post|entry)-meta", r"date-?line", r"publish(?:ed)?-?(?:date|time|on)", r"post-?date", r"time-?stamp", r"reading-?time",
        r"captions?", r"(?:image|photo|picture|media|img|figure)-?(?:caption|credit|credits|source|copyright|meta|info|description|legend|title|author|text)", r"(?<!no-)credits?", r"copyrights?", r"legend",
        r"shar(?:e|ing)(?:-\w+)?", r"social", r"reactions?", r"polls?", r"quiz", r"survey", r"feed-?back",
        r"advert(?:s|isement|isements|ising)?", r"ad-(?:slot|unit|container|wrapper|label|box|banner)", r"sponsor(?:ed)?", r"disclosure", r"permission",
        r"(?:video|audio|player|gallery)-?(?:title|heading|headline|caption|description|meta|info|player|teaser|playlist|label)", r"slide-?show", r"skip-?(?:link|to)", r"screen-reader-text", r"visually-?hidden", r"print-only", r"no-?print", r"not-prose", r"kicker", r"eyebrow", r"over-?line",
    )
)  # fmt: skip
_STRONG_PART = re.compile(f"{_START}(?:{_STRONG}){_END}")
_WEAK_PART = re.compile(f"{_START}(?:{_WEAK}){_END}")
MAX_WEAK_CHARS = 350
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_JOINS = re.compile(r"__|--|[_:]")


def _named(element: HtmlElement, known: dict[str, int]) -> int:
    """How many characters such a part may have; 0 where its name says nothing."""
    name = f"{element.get('class') or ''} {element.get('id') or ''}"
    if len(name) < 2:
        return 0
    found = known.get(name)
    if found is None:
        plain = _JOINS.sub("-", _CAMEL.sub("-", name[:400])).lower()
        found = known[name] = (
            (1 << 30) if _STRONG_PART.search(plain) else MAX_WEAK_CHARS if _WEAK_PART.search(plain) else 0
        )
    return found


def captions(tree: HtmlElement) -> frozenset[str]:
    """What pictures are said to show: the words of figcaptions and alt texts, folded."""
    found: set[str] = set()
    for element in tree.iter("figcaption"):
        found.add(" ".join(folded(" ".join(element.itertext())[:600])))
        for part in element.iter("*"):
            found.add(" ".join(folded(" ".join(part.itertext())[:600])))
        if len(found) > MAX_CAPTIONS:
            break
    for image in tree.iter("img"):
        for text in (image.get("alt"), image.get("title")):
            if text and 20 < len(text) < 600 and len(found) < 2 * MAX_CAPTIONS:
                found.add(" ".join(folded(text)))
    return frozenset(one for one in found if one.count(" ") >= 2)


def _length(element: HtmlElement) -> int:
    return sum(len(text) for text in element.itertext() if not text.isspace())


def pruned(tree: HtmlElement) -> HtmlElement:
    """The same tree without its silent and named parts."""
    for element in list(tree.iter(*_SILENT)):
        _remove(element)
    body = tree.find(".//body")
    if body is None:
        return tree
    most = MAX_SHARE * _length(body)
    for element in list(body.iter("nav", "button", "dialog")):
        # parsers let a button or nav that nobody closed swallow the page
        if _length(element) <= most and element.find(".//h1") is None:
            _remove(element)
        else:
            element.tag = "div"
    for link in list(body.iter("a")):
        if (
            next(link.iterdescendants(*_CARD), None) is not None
            and _length(link) <= MAX_CARD_CHARS
            and link.find(".//h1") is None
        ):
            _remove(link)
    known: dict[str, int] = {}
    done: set[HtmlElement] = set()
    for element in list(body.iterdescendants("*")):
        if element.getparent() in done:
            done.add(element)
            continue
        bound = _named(element, known)
        if element.tag == "figcaption" or (
            bound and _length(element) <= min(bound, most) and element.find(".//h1") is None
        ):
            done.add(element)
    for element in done:
        if element.getparent() is not None and element.getparent() not in done:
            _remove(element)
    layout.subheadings(body)
    layout.paragraphs(body)
    return tree


def _remove(element: HtmlElement) -> None:
    """Takes an element out, but leaves the text behind it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail and element.tail.strip():
        previous = element.getprevious()
        if previous is None:
            parent.text = (parent.text or "") + " " + element.tail
        else:
            previous.tail = (previous.tail or "") + " " + element.tail
    parent.remove(element)
