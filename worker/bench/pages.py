"""Made-up news pages, the size and shape of real ones: seeded, so that two runs read the same words.

Calibrated to 265 English article pages of two public extraction benchmarks: HTML log-normal with a median near
120 KB, text log-normal with a median of 800 tokens and a 95th percentile near 3,000, Zipf words, 1.5 % of them new.
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
_NAMES = "Amelia Hart,Viktor Halas,Carla Mendes,Iryna Koval,Jonas Weidt,Mara Osei,Tomas Arroyo,Sofia Marchetti".split(
    ","
)
_PLACES = "Lisbon,Kyiv,Oslo,Moscow,Geneva,Odesa,Ankara,Brussels,Washington,Kharkiv,Vilnius,Ottawa".split(",")
_BODIES = "the United Nations,NATO,the European Union,the Foreign Ministry,the Harbour Council,Reuters".split(",")
_SYLLABLES = "ba co du fe gi ha jo ka lu mi no pe ra su ti vo wa ze".split()
_ZIPF = list(accumulate(1 / (rank + 2) for rank in range(len(_COMMON))))


class GeneratedPage(NamedTuple):
    title: str
    html: bytes


def generated(count: int, seed: int = 1) -> list[GeneratedPage]:
    return [made_up_page(random.Random(f"{seed}/{number}"), number) for number in range(count)]


def from_folder(folder: Path, count: int) -> list[GeneratedPage]:
    """Pages of yours: a `gold.jsonl` with `html` (plain or .gz, beside it) and perhaps `title` in each row."""
    pages = []
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        raw = (folder / row["html"]).read_bytes()
        pages.append(
            GeneratedPage(row.get("title") or "", gzip.decompress(raw) if row["html"].endswith(".gz") else raw)
        )
        if len(pages) == count:
            break
    return pages


def made_up_page(rng: random.Random, number: int) -> GeneratedPage:
    words = round(min(rng.lognormvariate(0, WORDS_SIGMA) * MEDIAN_WORDS, 6000))
    paragraphs, written = [], 0
    while written < words:
        paragraph = " ".join(_sentence(rng) for _ in range(rng.randint(2, 5)))
        written += len(paragraph.split())
        paragraphs.append(f"<p>{paragraph}</p>")
    title = f"{_sentence(rng)[:70].rstrip('. ')} ({number})"
    ld = json.dumps({
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": title,
        "datePublished": WHEN, "author": [{"@type": "Person", "name": rng.choice(_NAMES)}], "articleBody": "",
    })  # fmt: skip
    head = (
        f"<title>{title} | The Bench Courier</title><meta property='og:title' content=\"{title}\">"
        f"<meta property='article:published_time' content='{WHEN}'>"
        f"<script type='application/ld+json'>{ld}</script>"
    )
    article = f"<article><h1>{title}</h1><p class='byline'>By {rng.choice(_NAMES)}</p>{''.join(paragraphs)}</article>"
    furniture_bytes = max(5_000, round(rng.lognormvariate(0, HTML_SIGMA) * MEDIAN_HTML_BYTES) - len(article))
    html = (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>{head}</head><body>{_nav(rng)}<main>{article}"
        f"<aside>{_teasers(rng)}</aside></main>{_script(rng, furniture_bytes)}"
        f"<footer>{_nav(rng)}</footer></body></html>"
    )
    return GeneratedPage(title, html.encode())


def _sentence(rng: random.Random) -> str:
    words = rng.choices(_COMMON, cum_weights=_ZIPF, k=rng.randint(8, 24))
    for place in range(len(words)):
        chance = rng.random()
        if chance < NOVEL_SHARE:
            words[place] = "".join(rng.choices(_SYLLABLES, k=4))
        elif chance < 0.05:
            words[place] = rng.choice(rng.choice((_NAMES, _PLACES, _BODIES)))
    text = " ".join(words)
    return f"{text[0].upper()}{text[1:]}."


def _nav(rng: random.Random) -> str:
    links = "".join(f"<li><a href='/s/{n}'>{rng.choice(_COMMON)} {rng.choice(_COMMON)}</a></li>" for n in range(40))
    return f"<nav><ul>{links}</ul></nav>"


def _teasers(rng: random.Random) -> str:
    return "".join(f"<div class='teaser'><a href='/a/{n}'>{_sentence(rng)}</a></div>" for n in range(25))


def _script(rng: random.Random, size: int) -> str:
    """Half of a real page is script and style; it is parsed and thrown away."""
    filler = ",".join(f'"{rng.getrandbits(40):x}":{rng.randint(0, 9999)}' for _ in range(size // 18))
    return f"<script>window.__state={{{filler}}};</script>"
