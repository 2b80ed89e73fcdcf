"""Counts the words of a text."""
import re
from collections import Counter
from dataclasses import dataclass
from typing import List, Tuple

__version__ = "1.0.0"
_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True)
class Tally:
    """How many words a text has, and how often each of them occurs."""

    words: int
    common: List[Tuple[str, int]]


def tally(text: str) -> Tally:
    """The words of a text, most frequent first; capital letters do not matter."""
    words = [word.casefold() for word in _WORD.findall(text)]
    return Tally(len(words), Counter(words).most_common())
