"""Make a cleaned article of the named fields of a record, whatever format they came in.

Where a user has said in which fields of a nested record an article's stand, they are looked for
there. A field is checked, the text cleaned, the date normalised; an id that is not given is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from html import unescape
from typing import TypeVar

from index.formats.dates import AmbiguousDateError, normalise_date, normalise_epoch
from index.formats.place import FIELDS, DateOrder, Item, ReadOptions
from index.text.clean import PARAGRAPH_BREAK, clean_article
from index.text.language import recognise_language
from index.types import Article, Rejection, SourcedArticle, made_id

DERIVED_TITLE_CHARS = 100
MAX_ID_CHARS = 200

# "War and Peace" has 3.2 million. All that is done with an article holds it whole, and some of it
# several times: 50 million characters took 2 GB.
MAX_ARTICLE_CHARS = 4 << 20

# What a newsletter or a social network hangs onto an address tells nothing of the article.
_TRACKING = re.compile(r"(?<=[?&])(?:utm_\w+|fbclid|gclid|mc_[ce]id|cmpid|ocid)=[^&#]*&?")

_SHOWN_CHARS = 60
_KINDS = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


class UnfitRecordError(ValueError):
    """A record that is not an article; the message says why and how to mend it."""


def read_record(
    record: Mapping[str, object], file: str, line: int | None, options: ReadOptions
) -> Iterator[SourcedArticle | Rejection]:
    """Yield the article of a record, then a Rejection of its date if that is unreadable.

    A record that is not an article gives one Rejection. Fields with other names are ignored.
    A language that is not given is recognised.
    """
    try:
        article = _cleaned(record)
        given_id = _given_id(record.get("id"))
    except UnfitRecordError as error:
        yield Rejection(file, line, str(error))
        return
    published, complaint = _published(record.get("published"), options.date_order)
    article = replace(
        article,
        id=given_id or derived_id(article),
        published=published,
        language=article.language or recognise_language(article.text),
    )
    yield SourcedArticle(article, file, line)
    if complaint:
        yield Rejection(file, line, complaint, kept=True)


def _cleaned(record: Mapping[str, object]) -> Article:
    """Clean the article of a record; without a headline it is headed by its first words."""
    text = _string(record, "text")
    if text is None and "text" not in record:
        raise UnfitRecordError(f"no field 'text'; the fields found are {_quoted(record)}")
    article = Article(
        id="",
        title=_string(record, "title") or "",
        text=text or "",
        source=_string(record, "source"),
        url=_string(record, "url"),
        author=_string(record, "author"),
        language=_string(record, "language"),
    )
    fields = (article.title, article.text, article.source, article.url, article.author)
    length = sum(len(field or "") for field in fields)
    if length > MAX_ARTICLE_CHARS:
        raise UnfitRecordError(
            f"{length:,} characters, and an article has {MAX_ARTICLE_CHARS:,} at most; split it "
            "into its articles"
        )
    cleaned = clean_article(article)
    if cleaned is None:
        raise UnfitRecordError("no text: the article has no words; give it some or leave it out")
    if cleaned.title:
        return cleaned
    title = cleaned.text.partition(PARAGRAPH_BREAK)[0]
    if len(title) > DERIVED_TITLE_CHARS:
        head, space, _ = title[:DERIVED_TITLE_CHARS].rpartition(" ")
        title = (head if space else title[: DERIVED_TITLE_CHARS - 1]) + "…"
    return replace(cleaned, title=title)


def _string(record: Mapping[str, object], field: str) -> str | None:
    value = record.get(field)
    if value is None or isinstance(value, str):
        return value
    raise UnfitRecordError(f"field '{field}' is {_kind(value)}; it has to be a string")


def _kind(value: object) -> str:
    return _KINDS.get(type(value), type(value).__name__)


def _quoted(record: Mapping[str, object]) -> str:
    return shortened(", ".join(map(repr, record)), 200) or "none"


def shortened(text: str, length: int = _SHOWN_CHARS) -> str:
    """Cut a value for use in a message."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _given_id(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None:
        return None
    if not isinstance(value, str):
        raise UnfitRecordError(f"field 'id' is {_kind(value)}; it has to be a string")
    article_id = value.strip()
    if len(article_id) > MAX_ID_CHARS:
        reason = f"field 'id' has {len(article_id)} characters; at most {MAX_ID_CHARS} are taken"
        raise UnfitRecordError(reason)
    if not article_id.isprintable():
        reason = f"field 'id' holds control characters ({ascii(shortened(article_id))})"
        raise UnfitRecordError(f"{reason}; remove them")
    return article_id or None


def derived_id(article: Article) -> str:
    """Id of an article whose source gives none: a hash of its URL, else of what it says."""
    return made_id(canonical_url(article.url) or _content(article))


def version_id(article: Article) -> str:
    """Id of another text at a URL whose id is taken: a hash of both."""
    return made_id(f"{canonical_url(article.url)}\x1f{_content(article)}")


def _content(article: Article) -> str:
    # Cleaned fields are hashed: they cannot hold the separator, and the same article has the
    # same id in a text file and in a CSV with other line breaks.
    return "\x1f".join((article.source or "", article.title, article.text))


def canonical_url(url: str | None) -> str | None:
    """Drop what newsletters and browsers hang onto a URL, which names the same article."""
    if url is None or not ("#" in url or "?" in url):
        return url
    return _TRACKING.sub("", url.partition("#")[0]).rstrip("?&")


def _published(value: object, order: DateOrder | None) -> tuple[str | None, str | None]:
    """Return the normalised date or None, and what is wrong with it or None."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None, None
    try:
        if isinstance(value, str):
            return normalise_date(value, order), None
        if isinstance(value, date):
            return normalise_date(value.isoformat(), order), None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return normalise_epoch(value), None
    except AmbiguousDateError:
        return None, f"ambiguous date {ascii(value)}; say --date-order dmy, mdy or ymd"
    except ValueError:
        pass
    shown = ascii(shortened(value)) if isinstance(value, str) else f"({_kind(value)})"
    return None, f"unreadable date {shown}; write it as 2024-08-06 or 2024-08-06T18:30:00Z"


# Records whose fields stand where the user said.

_JOINED_BY = {"text": PARAGRAPH_BREAK, "author": ", "}

# What markup of articles has that prose has not.
_MARKUP = re.compile(
    r"</?(?:p|div|br|h[1-6]|hl[12]|ul|ol|li|a|b|i|em|strong|span|block|body|blockquote)"
    r"(?:\s[^<>]{0,500})?/?>",
    re.I,
)
# Without the mark at its end it may be prose: "R&D", "?a=1&copy=2".
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});", re.I)

T = TypeVar("T")


def read_mapped(
    convert: Callable[[T], dict[str, object]],
    value: T,
    file: str,
    line: int | None,
    options: ReadOptions,
) -> Iterator[Item]:
    """Read the record that ``convert`` makes of a value, as ``read_record`` does.

    Where it raises UnfitRecordError, or a record has no text, that is a Rejection.
    """
    try:
        record = convert(value)
        if options.field_map:
            found = picked(record, options)
            if "text" not in found:
                path = options.path("text")
                raise UnfitRecordError(f"no field {path!r}; the fields found are {_quoted(record)}")
            record = reduced(found, options)
    except UnfitRecordError as error:
        yield Rejection(file, line, str(error))
    else:
        yield from read_record(record, file, line, options)


def reduced(record: dict[str, object], options: ReadOptions) -> dict[str, object]:
    """Reduce what is HTML or NITF in the mapped fields to text.

    A text with character references and no tags keeps its line breaks, which in HTML are none.
    """
    for name in options.field_map.keys() & record.keys():
        value = record[name]
        if not isinstance(value, str):
            continue
        if _MARKUP.search(value):
            from index.formats.markup import text_of_markup

            record[name] = text_of_markup(value)
        elif "&" in value:
            record[name] = _REFERENCE.sub(lambda found: unescape(found.group()), value)
    return record


def picked(record: Mapping[str, object], options: ReadOptions) -> dict[str, object]:
    """Give each field its value; lists of strings are joined, and a field without one is left out.

    A path leads through lists: "authors.name" are the names of all authors, "0" is the first.
    """
    found: dict[str, object] = {}
    for name in FIELDS:
        values = list(_values(record, options.path(name)))
        if name not in options.field_map and not values:
            continue
        if len(values) > 1 and all(isinstance(value, str) for value in values):
            joined = _JOINED_BY.get(name)
            found[name] = joined.join(map(str, values)) if joined else values[0]
        elif values:
            found[name] = values[0]
    return found


def _values(value: object, path: str) -> Iterator[object]:
    if not path:
        if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
            yield from value
        else:
            yield value
        return
    key, _, rest = path.partition(".")
    if isinstance(value, Mapping) and path in value:  # a key may hold a dot itself
        yield from _values(value[path], "")
    elif isinstance(value, Mapping) and key in value and rest:
        yield from _values(value[key], rest)
    elif isinstance(value, list) and key.isdecimal():
        for inside in value[int(key) : int(key) + 1]:
            yield from _values(inside, rest)
    elif isinstance(value, list):
        for inside in value:
            yield from _values(inside, path)
