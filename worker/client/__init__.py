"""Reading the stream from a program of one's own. Needs redis-py and nothing of Wirebeat: the folder may be copied.

for entry in Reader("redis://127.0.0.1:6390/0", since="0"):
    print(entry.id, entry.record["title"])
"""

from .entries import StreamEntry
from .group import GroupReader
from .reader import Reader

__all__ = ["GroupReader", "Reader", "StreamEntry"]
