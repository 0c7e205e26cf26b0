import pytest

from config.feed_edits import with_feeds, without_feed
from config.feeds import Feed, load_feeds
from config.trouble import ConfigError

LIST = """# our feeds
schema = 1

[defaults]
every = "10m"   # often

[[feed]]
id = "harbour-post"
url = "https://harbour.example/rss"
# seen: on their front page

[[feed]]
id = "inland-times"
url = "https://inland.example/rss"   # moved in May
labels = ["independent"]
"""
NEW = Feed(
    id="new-one", url="https://new.example/", title='The "New" One', labels=("wire",), lang="en", every_seconds=900
)


def test_new_feeds_stand_at_the_end_and_nothing_else_changes():
    text = with_feeds(LIST, [NEW], file="f")
    assert text.startswith(LIST)
    added = load_feeds(text, file="f", poll_interval_seconds=1)[-1]
    assert added == NEW.model_copy(update={"every_seconds": 600.0})


def test_a_file_begins_with_the_first_feed():
    text = with_feeds("", [NEW], file="f")
    assert text.startswith("# Feeds.")
    assert len(load_feeds(text, file="f", poll_interval_seconds=900)) == 1


def test_a_feed_goes_with_its_comments_and_the_rest_stays():
    text = without_feed(LIST, "harbour-post", file="f")
    assert "harbour" not in text
    assert "front page" not in text
    assert "# our feeds" in text
    assert "# often" in text
    assert "# moved in May" in text


def test_adding_and_removing_leaves_the_text_as_it_was():
    assert without_feed(with_feeds(LIST, [NEW], file="f"), "new-one", file="f").rstrip() == LIST.rstrip()


def test_a_list_that_would_not_be_valid_is_refused():
    with pytest.raises(ConfigError, match="its id is that"):
        with_feeds(LIST, [NEW.model_copy(update={"id": "harbour-post"})], file="f")


def test_what_is_not_there_cannot_go():
    with pytest.raises(KeyError):
        without_feed(LIST, "nobody", file="f")
