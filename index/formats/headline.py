"""A page's headline without the outlet's name behind it: "Ferry aground - BBC News", "… | Reuters".

Headlines have dashes of their own ("Storm hits Selm - again"), so that nothing is taken off but
what the page itself shows to be its outlet.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

MAX_NAME_CHARS = 80

# What parts a headline from a name behind it. Hyphens inside words have no spaces around them.
_SEPARATOR = re.compile(r" (?:[-–—―~•·∙»«›‹]|::|//) | ?\| ?")
_BARS = frozenset("|•·∙»«›‹:")
_MOST_SEPARATORS = 3
_MOST_NAMES = 20

_WORD = re.compile(r"[^\W_]+")
# What outlets hang onto their own names, in one place and not in the other.
_GENERIC = frozenset(("news", "online", "com"))
_SHORTEST_LABEL = 3
# Levels of domain names that belong to nobody: bbc.co.uk, abc.net.au, abcnews.go.com.
_PUBLIC_LEVELS = frozenset(("co", "com", "org", "net", "gov", "go", "or", "ne", "ac"))


@dataclass(frozen=True, slots=True)
class Outlet:
    """What a page shows of its outlet: names in words, and the host of its address."""

    names: tuple[str, ...]
    host: str

    @classmethod
    def of(cls, names: Iterable[str | None], address: str | None) -> Outlet:
        """Take what can be a name; an account's is one too ("@HarbourCourier")."""
        folded = (" ".join((name or "").split()).lstrip("@") for name in names)
        fit = (name for name in folded if 0 < len(name) <= MAX_NAME_CHARS and "://" not in name)
        return cls(tuple(dict.fromkeys(islice(fit, _MOST_NAMES))), _host_of(address))

    def is_named(self, text: str, mark: str) -> bool:
        """Whether a text is the outlet's name, where it stands behind a separating mark."""
        words = _words(text)
        if not words:
            return False
        if text in self.names or self._is_domain(text):
            return True
        if text[0].islower():  # as in "run by - the independent": a word, and no name
            return False
        return any(_same(words, _words(name)) for name in self.names) or self._is_label(words, mark)

    def _is_domain(self, text: str) -> bool:
        domain = text.casefold().removeprefix("www.")
        return "." in domain and f".{self.host}".endswith(f".{domain}")

    def _is_label(self, words: list[str], mark: str) -> bool:
        """Whether words are those of the host, as "The Guardian" is of theguardian.com.

        A single word behind a dash is none: what stands in a host's name may be a place, and
        "Ferries cancelled - Scotland" a headline.
        """
        label = _label(self.host)
        if len(label) < _SHORTEST_LABEL or len(words) < 2 and not _BARS & set(mark):
            return False
        whole = _without_article(words)
        if whole[1:] and whole[-1] in _GENERIC and "".join(whole[:-1]) == label:
            return True
        return label in ("".join(words), "".join(whole))


def without_outlet(title: str, outlet: Outlet, headings: Collection[str]) -> str:
    """Take the outlet's names off the end of a title.

    A title that the page's heading has word for word, in any case of letters, stays as it is.
    """
    title = " ".join(title.split())
    stated = {" ".join(heading.casefold().split()) for heading in headings}
    while title.casefold() not in stated:
        head = next(_heads(title, outlet), None)
        if head is None:
            break
        title = head
    return title


def _heads(title: str, outlet: Outlet) -> Iterator[str]:
    """Yield what stands before a name of the outlet; the name may have a separator itself."""
    marks = list(_SEPARATOR.finditer(title))[-_MOST_SEPARATORS:]
    for mark in marks:
        head = title[: mark.start()]
        if _WORD.search(head) and outlet.is_named(title[mark.end() :], mark.group()):
            yield head


def _same(words: list[str], name: list[str]) -> bool:
    """Whether words are a name, up to an article before it and "News" or ".com" behind it."""
    words, name = _without_article(words), _without_article(name)
    if words == name or "".join(words) == "".join(name):
        return bool(name)
    return bool(name) and words[: len(name)] == name and _GENERIC.issuperset(words[len(name) :])


def _without_article(words: list[str]) -> list[str]:
    return words[1:] if words[:1] == ["the"] and words[1:] else words


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _host_of(address: str | None) -> str:
    try:
        return (urlsplit(address or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _label(host: str) -> str:
    """Return the part of a host's name that its owner chose: "bbc" of news.bbc.co.uk."""
    labels = host.split(".")[:-1]
    while len(labels) > 1 and labels[-1] in _PUBLIC_LEVELS:
        labels.pop()
    return labels[-1].replace("-", "") if labels else ""
