from pathlib import Path

import pytest

from benchmarks import quality_articles

DATA = Path(__file__).parents[4] / "shared" / "data" / "articles"


@pytest.mark.quality
@pytest.mark.slow
@pytest.mark.skipif(not (DATA / "gold.jsonl").exists(), reason="the pages are no part of the repository")
def test_extraction_of_real_pages_reaches_its_floors(capsys):
    assert quality_articles.main(["--data", str(DATA), "--no-reference"]) == 0, capsys.readouterr().out
