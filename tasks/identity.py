"""When are two entries the same article, and has an entry changed? Canonical URLs, article ids, fingerprints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import quote, urlsplit

import idna

from config.feeds import MAX_URL_CHARS
from tasks.clean import strip_html
from tasks.reasons import Failed
from tasks.records import Entry, rfc3339

#: so many entries of one date are needed to suspect it
CLOCKED_ENTRIES = 3
#: in which a document is written, from its first date to its last
WRITING = timedelta(seconds=2)
_DEFAULT_PORTS = {"http": 80, "https": 443}

#: parameters that say where a reader came from or name the visit, never which article it is; in lower case
_TRACKING_NAMES = """
fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid igshid igsh li_fat_id epik srsltid
mc_cid mc_eid mkt_tok vero_id vero_conv oly_anon_id oly_enc_id ml_subscriber ml_subscriber_hash sc_cid s_cid s_kwcid
ito cmp cmpid cmp_id campaign_id xtor at_medium at_campaign at_term at_content at_format at_link_id
pk_campaign pk_kwd pk_keyword pk_source pk_medium pk_content pk_cid ref_src ref_url referrer
fb_ref fb_source fb_action_ids fb_action_types fref action_object_map __twitter_impression soc_src soc_trk
guccounter guce_referrer guce_referrer_sig trk trkcampaign tracking_source traffic_source _ga _gl
gaa_at gaa_n gaa_sig gaa_ts wickedid spm scm icid icmp ncid smid smtyp mod_source feedtype feedname rss_id
echobox emci emdi emc sr_share sharetype ocid maca mibextid dicbo tblci ftcamp ftag taid wprov wpisrc wprss
intcmp hss_channel sfnsn rdt_cid sccid irclickid rb_clickid wickedsource ck_subscriber_id elqtrackid elqtrack hootpostid
nr_email_referer asc_source sc_channel sc_campaign _branch_match_id _openstat _kx fromrss
phpsessid jsessionid sessionid session_id sessid aspsessionid asp.net_sessionid cfid cftoken zenid oscsid
"""
_TRACKING = frozenset(_TRACKING_NAMES.split())
_TRACKING_PREFIXES = tuple("utm_ mtm_ piwik_ matomo_ hsa_ _hs sfmc_ gad_ _ym_ at_custom ns_ stm_ wt. wt_".split())
#: parameters that often say where a reader came from; taken off only with a value that says so
_CHANNEL = frozenset(
    ("ref", "source", "src", "from", "via", "medium", "channel", "feed", "output", "partner", "rss", "cid", "mod")
)
_CHANNEL_VALUE_NAMES = """
rss rss2 atom feed feeds rssfeed rss_feed rss-feed twitter facebook fb linkedin newsletter email mail share social
whatsapp telegram
"""
_CHANNEL_VALUES = frozenset(_CHANNEL_VALUE_NAMES.split())
#: `mod=rss_world`, and `rss=1`, whose name says it
_CHANNEL_PAIR = re.compile(r"\w+=rss[_-][\w-]+\Z|rss=(?:1|y|yes|true)?\Z", re.IGNORECASE)
#: sessions in the path: `/a;jsessionid=1`, and `/(S(x))/a` of ASP.NET
_SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/?#;]*|/\([sfa]\([a-z0-9]{8,64}\)\)(?=/)", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\ud800-\udfff]")
_HOST = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*\Z|\[[0-9a-f:.]{2,45}\]\Z"
)
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def canonical_url(url: str) -> str:
    """The URL to fetch and to count by: no fragment, tracking, session or default port; idempotent.

    Raises Failed: `no-url` for nothing, `blocked-url` for what must not be asked for."""
    url = url.strip()
    if not url:
        raise Failed("no-url")
    if len(url) > MAX_URL_CHARS:
        raise Failed("blocked-url", f"longer than {MAX_URL_CHARS} characters")
    url = url.replace(" ", "%20")
    if _FORBIDDEN.search(url):
        raise Failed("blocked-url", "control character, backslash or lone surrogate in it")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as reason:
        raise Failed("blocked-url", str(reason)) from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise Failed("blocked-url", f"scheme {parts.scheme[:20]!r}; only http and https are fetched")
    if "@" in parts.netloc:
        raise Failed("blocked-url", "user name or password in it")
    if port == 0:
        raise Failed("blocked-url", "port 0")
    host = _canonical_host(parts.netloc, port)
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    query = _canonical_query(parts.query)
    canonical = f"{parts.scheme}://{host}{_canonical_path(parts.path)}{'?' + query if query else ''}"
    if len(canonical) > MAX_URL_CHARS:
        raise Failed("blocked-url", f"longer than {MAX_URL_CHARS} characters when escaped")
    return canonical


def _canonical_host(netloc: str, port: int | None) -> str:
    host = netloc.rsplit(":", 1)[0] if port is not None or netloc.endswith(":") else netloc
    host = host.lower().rstrip(".")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except (idna.IDNAError, UnicodeError) as reason:
            raise Failed("blocked-url", f"host {host[:60]!r}: {reason}") from None
    if not _HOST.match(host):
        raise Failed("blocked-url", f"host {host[:60]!r}" if host else "no host")
    return host


def _canonical_path(path: str) -> str:
    segments = _SESSION.sub("", _escaped(path, safe="/!$&'()*+,;=:@%")).split("/")[1:]
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _canonical_query(query: str) -> str:
    pairs = _escaped(query.replace("&amp;", "&"), safe="!$&'()*+,;:@%/?=[]|").split("&")
    return "&".join(pair for pair in pairs if pair and not _is_tracking(pair))


def _is_tracking(pair: str) -> bool:
    name, _, value = pair.partition("=")
    name = name.lower()
    if name.startswith(_TRACKING_PREFIXES) or name in _TRACKING:
        return True
    return name in _CHANNEL and (value.lower() in _CHANNEL_VALUES or bool(_CHANNEL_PAIR.match(pair)))


def _escaped(part: str, *, safe: str) -> str:
    part = _LONE_PERCENT.sub("%25", part)
    return quote(_ESCAPE.sub(_least_escape, part), safe=safe)


def _least_escape(match: re.Match[str]) -> str:
    byte = int(match[1], 16)
    return chr(byte) if byte in _UNRESERVED else f"%{match[1].upper()}"


def article_id(entry: Entry) -> str:
    """Of the canonical URL, else of feed and guid, else of feed, title and date; never raises."""
    if entry.url is not None:
        try:
            return article_id_of_url(entry.url)
        except Failed:
            pass
    if entry.guid:
        return _id("guid", entry.feed, entry.guid)
    published = rfc3339(entry.published) if entry.published else ""
    return _id("title", entry.feed, entry.title, published, entry.url or "")


def article_id_of_url(url: str) -> str:
    """The same for http and https, with and without `www.` and a last slash, in whatever order the parameters stand.

    Raises Failed as `canonical_url` does."""
    address = canonical_url(url).partition("://")[2].removeprefix("www.")
    path, _, query = address.partition("?")
    return _id("url", path.rstrip("/"), "&".join(sorted(query.split("&"))))


def host_in(url: str) -> str:
    """Of an address as a stranger wrote it; "" where it cannot be split, as `http://[removed]/a` cannot."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def host_of(entry: Entry) -> str:
    """Of the article's address; "" where it has none."""
    try:
        return urlsplit(canonical_url(entry.url or "")).hostname or ""
    except Failed:
        return ""


def _id(*parts: str) -> str:
    return "art_" + _digest(*parts).hex()[:24]


def _digest(*parts: str) -> bytes:
    return sha256("\x1f".join(parts).encode("utf-8", "replace")).digest()


#: a number beside one of these counts readers, it says nothing new: comments, replies, views, shares, likes
_COUNTED = (
    r"comments?|repl(?:y|ies)|responses?|views?|shares?|likes?|reads?|"
    r"kommentare?|antworten|aufrufe|commentaires?|réponses?|vues?|comentarios?|respuestas?|comentários?|"
    r"комментари\w*|ответ\w*|просмотр\w*|коментар\w*|перегляд\w*|commenti|commento|reacties?|komentarz\w*"
)
_COUNTER = re.compile(
    rf"""[(\[]?\b\d[\d.,'\ ]{{0,12}}(?:{_COUNTED})\b[)\]]? | \b(?:{_COUNTED})\s*[:(\[]\s*\d[\d.,]{{0,12}}[)\]]?""",
    re.IGNORECASE | re.VERBOSE,
)
_WORD = re.compile(r"\w+")
_FINGERPRINT_CHARS = 20_000


def told_dates(entry: Entry) -> tuple[datetime | None, datetime | None]:
    """Published and updated as the feed says, also while that lies ahead: when it has come, nothing has changed."""
    published, updated = entry.ahead or (None, None)
    return entry.published or published, entry.updated or updated


def fingerprint(entry: Entry) -> bytes:
    """6 bytes that change with title, dates and words; markup, pictures and counters of readers do not count."""
    texts = (entry.title, strip_html(entry.content or entry.summary, _FINGERPRINT_CHARS))
    words = (" ".join(_WORD.findall(_COUNTER.sub(" ", text))) for text in texts)
    dates = (rfc3339(moment) if moment else "" for moment in told_dates(entry))
    return _digest(*words, *dates)[:6]


def shared_dates(entries: Sequence[Entry]) -> dict[str, list[datetime]]:
    """Dates by name, each with its value in every entry, that are one date, give or take the writing of a document: the
    entries came out in one burst, or their software knows no dates and writes its own clock. None of fewer than three.
    """
    if len(entries) < CLOCKED_ENTRIES:
        return {}
    found: dict[str, list[datetime]] = {}
    for name, of_all in zip(("published", "updated"), zip(*map(told_dates, entries), strict=True), strict=True):
        dates = [date for date in of_all if date]
        if len(dates) == len(entries) and max(dates) - min(dates) <= WRITING:
            found[name] = dates
    return found


def alias(entry: Entry) -> bytes | None:
    """8 bytes that stay when the URL of an entry changes (session ids in links); None where the feed gives no guid."""
    if not entry.guid:
        return None
    if published := told_dates(entry)[0]:
        return _digest("alias", entry.feed, entry.guid, rfc3339(published))[:8]
    return _digest("alias", entry.feed, entry.guid, entry.title, entry.summary)[:8]
