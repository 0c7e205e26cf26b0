"""Made-up news pages, the size and shape of real ones: seeded, so that two runs read the same words.

Calibrated to 265 English article pages of two public extraction benchmarks: HTML log-normal with a median near
120 KB, text log-normal with a median of 800 tokens and a 95th percentile near 3,000, Zipf words, 1.5 % of them new;
750 elements at the median, text some twelve deep, lists of links, cards, comments, icons and scripts around it. With
gzip they take a quarter (39 KB at the mean, 88 KB at the 95th percentile); 1,260 real ones 34 and 87 KB.
"""

from __future__ import annotations

import gzip
import json
import random
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

MEDIAN_WORDS, WORDS_SIGMA = 700, 0.8
MEDIAN_HTML_BYTES, HTML_SIGMA = 120_000, 0.6
NOVEL_SHARE = 0.015
WHEN = "2026-03-01T09:30:00Z"

_COMMON = """
the of and to in a is that for it as was with be by on not he his but at are this have from or had an they
which one you were all her she there would their we him been has when who will no more if out so what up said
about than into them can only other time new some could these two may first then do any like my now over such
our man me even most made after also did many off before must well back through years where much your way down
should because long each just state those people too mr little world good year work own government city week
country president minister market report talks company police court party house law school war health money
power water energy trade road bridge harbour council budget river plan vote leader member group member
officials statement decision support report agreement border season team match hospital research study winter
summer storm price bank budget growth industry union worker office region village
""".split()
_FIRST = "Amelia Viktor Carla Iryna Jonas Mara Tomas Sofia Henrik Olena Pedro Nadia Lukas Grace Anton Leila".split()
_LAST = (
    "Hart Halas Mendes Koval Weidt Osei Arroyo Marchetti Lindqvist Bondar Tavares Rahimi Okafor Novak Brandt".split()
)
_PLACES = "Lisbon,Kyiv,Oslo,Moscow,Geneva,Odesa,Ankara,Brussels,Washington,Kharkiv,Vilnius,Ottawa,Ukraine,Norway".split(
    ","
)
_BODIES = "the United Nations,NATO,the European Union,the Foreign Ministry,Reuters,the Central Bank".split(",")
_HEADS = "Council,Institute,University,Bank,Shipping Company,Football Club,Court of Appeal,Post".split(",")
_SYLLABLES = "ba co du fe gi ha jo ka lu mi no pe ra su ti vo wa ze".split()
_ZIPF = list(accumulate(1 / (rank + 2) for rank in range(len(_COMMON))))


class GeneratedPage(NamedTuple):
    title: str
    html: bytes


def generated(count: int, seed: int = 1) -> list[GeneratedPage]:
    return [made_up_page(random.Random(f"{seed}/{number}"), number) for number in range(count)]


def pages_of(folder: Path | None, count: int, seed: int = 1) -> list[GeneratedPage]:
    return from_folder(folder, count) if folder else generated(count, seed)


def from_folder(folder: Path, count: int) -> list[GeneratedPage]:
    """Pages of yours: what a `gold.jsonl` names (`html`, perhaps `title`), or all `*.html` and `*.html.gz`."""
    index = folder / "gold.jsonl"
    if index.is_file():
        rows = [json.loads(line) for line in index.read_text(encoding="utf-8").splitlines()]
    else:
        rows = [{"html": file.name} for file in sorted(folder.iterdir()) if file.name.endswith((".html", ".html.gz"))]
    # spread over the folder, for pages of one site often stand together
    step = max(1, len(rows) // count)
    return [GeneratedPage(row.get("title") or "", _read(folder / row["html"])) for row in rows[::step][:count]]


def _read(file: Path) -> bytes:
    raw = file.read_bytes()
    return gzip.decompress(raw) if file.suffix == ".gz" else raw


def made_up_page(rng: random.Random, number: int) -> GeneratedPage:
    words = round(min(rng.lognormvariate(0, WORDS_SIGMA) * MEDIAN_WORDS, 6000))
    title = f"{_sentence(rng)[:70].rstrip('. ')} ({number})"
    size = rng.lognormvariate(0, HTML_SIGMA)
    page = (
        f"<!DOCTYPE html><html lang='en'><head>{_head(rng, title)}</head><body {_attributes(rng)}>{_header(rng, size)}"
        f"{_nested(rng, _article(rng, title, words) + _beside(rng, size), 7)}{_footer(rng, size)}"
    )
    script = _script(rng, max(2_000, round(size * MEDIAN_HTML_BYTES) - len(page)))
    return GeneratedPage(title, f"{page}{script}</body></html>".encode())


def _head(rng: random.Random, title: str) -> str:
    ld = json.dumps({
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": title,
        "datePublished": WHEN, "author": [{"@type": "Person", "name": _person(rng)}], "articleBody": "",
        "publisher": {"@type": "Organization", "name": "The Bench Courier", "logo": {"url": "/logo.png"}},
    })  # fmt: skip
    metas = "".join(f"<meta name='{_novel(rng)}:{n}' content='{_novel(rng)} {_novel(rng)}'>" for n in range(20))
    links = "".join(f"<link rel='preload' href='/static/{_novel(rng)}.{n}.css' as='style'>" for n in range(20))
    scripts = "".join(f"<script async src='/static/{_novel(rng)}.{n}.js'></script>" for n in range(15))
    return (
        f"<meta charset='utf-8'><title>{title} | The Bench Courier</title>"
        f"<meta property='og:title' content=\"{title}\"><meta property='og:type' content='article'>"
        f"<meta name='description' content='{_sentence(rng)}'>"
        f"<meta property='article:published_time' content='{WHEN}'>{metas}{links}{scripts}"
        f"<style>{_novel(rng)}{{margin:0}}</style><script type='application/ld+json'>{ld}</script>"
    )


def _article(rng: random.Random, title: str, words: int) -> str:
    parts, written = [], 0
    while written < words:
        sentences = [_sentence(rng) for _ in range(rng.randint(1, 4))]
        written += sum(len(sentence.split()) for sentence in sentences)
        parts.append(f"<p {_attributes(rng)}>{_marked_up(rng, ' '.join(sentences))}</p>")
        if rng.random() < 0.1:
            parts.append(
                f"<figure {_attributes(rng)}><picture><source srcset='/i/{written}.webp'>"
                f"<img src='/i/{written}.jpg' alt='{_novel(rng)}'></picture>"
                f"<figcaption><span>{_sentence(rng)}</span></figcaption></figure>"
            )
        if rng.random() < 0.06:
            parts.append(f"<h2>{_sentence(rng)[:50]}</h2>")
    return (
        f"<article {_attributes(rng)}><h1>{title}</h1><div class='byline'><span>By {_person(rng)}</span>"
        f"<time datetime='{WHEN}'>1 March 2026</time></div>{''.join(parts)}</article>"
    )


def _marked_up(rng: random.Random, text: str) -> str:
    chance = rng.random()
    if chance > 0.35:
        return text
    first, _, rest = text.partition(" ")
    if chance < 0.15:
        return f"<strong>{first}</strong> {rest}"
    return f"<a href='/topic/{_novel(rng)}' {_attributes(rng)}>{first}</a> {rest}"


def _beside(rng: random.Random, size: float) -> str:
    cards = "".join(
        f"<div {_attributes(rng)}><div {_attributes(rng)}><a href='/a/{n}' {_attributes(rng)}>"
        f"<img src='/i/{n}.jpg' alt=''><h3><span>{_sentence(rng)[:60]}</span></h3></a></div>"
        f"<div {_attributes(rng)}>{_sentence(rng)}"
        f"<span {_attributes(rng)}>{rng.randint(1, 23)} hours ago</span></div></div>"
        for n in range(round(16 * size))
    )
    comments = "".join(
        f"<div class='comment' id='c{n}'><div {_attributes(rng)}><a href='/u/{n}'>{_novel(rng)}</a><span>Reply</span>"
        f"</div><div {_attributes(rng)}>{' '.join(_sentence(rng) for _ in range(rng.randint(1, 4)))}</div></div>"
        for n in range(round(rng.random() * 30 * size))
    )
    return (
        f"<aside {_attributes(rng)}><h2>More stories</h2>{cards}</aside><section class='comments'>{comments}</section>"
    )


def _header(rng: random.Random, size: float) -> str:
    return f"<header {_attributes(rng)}>{_nested(rng, _menu(rng, round(45 * size)), 4)}{_icons(rng)}</header>"


def _footer(rng: random.Random, size: float) -> str:
    form = "<form action='/letters'><input name='mail' type='email'><button type='submit'>Subscribe</button></form>"
    return f"<footer {_attributes(rng)}>{_nested(rng, _menu(rng, round(40 * size)), 3)}{_icons(rng)}{form}</footer>"


def _menu(rng: random.Random, links: int) -> str:
    found = "".join(
        f"<li {_attributes(rng)}><a href='/s/{n}/{_novel(rng)}' {_attributes(rng)}><span>{rng.choice(_COMMON)} "
        f"{rng.choice(_COMMON)}</span></a></li>"
        for n in range(links)
    )
    return f"<nav {_attributes(rng)}><ul>{found}</ul></nav>"


def _icons(rng: random.Random) -> str:
    return "".join(
        f"<button {_attributes(rng)}><svg viewBox='0 0 24 24'><path d='M{rng.randint(0, 9)} 2h4v4'/></svg></button>"
        for _ in range(5)
    )


def _nested(rng: random.Random, inner: str, depth: int) -> str:
    for _ in range(depth):
        inner = f"<div {_attributes(rng)}>{inner}</div>"
    return inner


def _attributes(rng: random.Random) -> str:
    names = f"{_novel(rng)}-{_novel(rng)} {_novel(rng)}__{_novel(rng)}"
    return f"class='{names}' data-{_novel(rng)}='{rng.getrandbits(64):x}'"


def _sentence(rng: random.Random) -> str:
    words = rng.choices(_COMMON, cum_weights=_ZIPF, k=rng.randint(8, 24))
    for place in range(len(words)):
        chance = rng.random()
        if chance < NOVEL_SHARE:
            words[place] = _novel(rng)
        elif chance < 0.05:
            words[place] = _name(rng)
    text = " ".join(words)
    return f"{text[0].upper()}{text[1:]}."


def _name(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.4:
        return _person(rng)
    if kind < 0.7:
        return rng.choice(_PLACES)
    return rng.choice(_BODIES) if kind < 0.9 else f"the {rng.choice(_PLACES)} {rng.choice(_HEADS)}"


def _person(rng: random.Random) -> str:
    return f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"


def _novel(rng: random.Random) -> str:
    return "".join(rng.choices(_SYLLABLES, k=4))


def _script(rng: random.Random, size: int) -> str:
    """Much of a real page is script and style; it is parsed and thrown away. It repeats itself, as that of real pages
    does: without, pages would take twice as much on the wire."""
    filler, length = [], 0
    while length < size:
        filler.append(
            f'{{"id":{rng.getrandbits(32)},"type":"story","section":"{rng.choice(_COMMON)}","headline":"{_novel(rng)} '
            f'{rng.choice(_COMMON)} {rng.choice(_COMMON)}","published":"{WHEN}","image":{{"url":"/i/{_novel(rng)}.jpg",'
            f'"width":{rng.randint(1, 40) * 20},"height":360}},"premium":false,"comments":{rng.randint(0, 99)}}}'
        )
        length += len(filler[-1]) + 1
    return f"<script>window.__state=[{','.join(filler)}];</script>"
