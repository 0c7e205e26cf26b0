"""Memory of a process that reads articles, over many of them: made-up pages, 1.5 % of their words never seen before.

python benchmarks/soak.py [--articles 20000] [--ner-max-tokens 1200]
"""

from __future__ import annotations

import argparse
import gc
import json
import random
from pathlib import Path

from config.settings import load_settings
from worker.bench.pages import made_up_page
from worker.clock import now
from worker.observe import set_up_logging
from worker.offline import read_page
from worker.roles import warm_tagger

SAMPLE_EVERY = 1000


def memory_bytes() -> dict[str, int]:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    found = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if line.startswith(("Rss:", "Pss:"))}
    return {"rss": found["Rss"], "pss": found["Pss"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--ner-max-tokens", type=int, default=1200)
    asked = parser.parse_args()
    settings = load_settings(log_level="error", ner_max_tokens=asked.ner_max_tokens)
    set_up_logging(settings, "soak")
    tagger = warm_tagger(settings)
    gc.collect()
    gc.freeze()
    for number in range(asked.articles + 1):
        if number % SAMPLE_EVERY == 0:
            print(json.dumps({"articles": number, **memory_bytes()}), flush=True)
        page = made_up_page(random.Random(f"soak/{number}"), number)
        read_page(tagger, url=f"http://soak.invalid/{number}", now=now(), html=page.html).record.model_dump_json()


if __name__ == "__main__":
    main()
