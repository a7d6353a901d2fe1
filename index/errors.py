"""Errors that a user of the archive can meet.

    NewsArchiveError
    ├── ArchiveNotFoundError     no archive in that folder
    ├── ArchiveLockedError       another process is writing
    ├── ArchiveWriteError        the disk is full or read-only
    ├── RollbackError            there is no generation to go back or forward to
    ├── ArchiveDamagedError      an index file is missing or does not agree with the catalogue
    ├── IndexMismatchError       built with another embedder or format version
    ├── EmbedderError            the embedder cannot be loaded
    ├── RerankerError            the cross-encoder cannot be loaded
    ├── SettingsError            a setting or argument has an impossible value
    ├── SourceError              a path that was given to read does not exist
    │   └── SourceLossError      a path has lost most of the articles that were read from it
    └── TuningError              the embedder cannot be fitted to the archive

Each message names what is wrong and the command or setting that mends it.
"""

from __future__ import annotations


class NewsArchiveError(Exception):
    """Root of every error that newsarchive raises on purpose."""


class ArchiveNotFoundError(NewsArchiveError):
    """There is no archive in the folder."""


class ArchiveLockedError(NewsArchiveError):
    """Another process is writing to the archive."""


class ArchiveWriteError(NewsArchiveError):
    """The next generation could not be written; the current one is as it was."""


class RollbackError(NewsArchiveError):
    """There is no generation to go back or forward to."""


class ArchiveDamagedError(NewsArchiveError):
    """A file of the archive is missing or does not agree with the others."""


class IndexMismatchError(NewsArchiveError):
    """The archive was built with another embedder, setting or format version."""


class EmbedderError(NewsArchiveError):
    """The embedder cannot be loaded."""


class RerankerError(NewsArchiveError):
    """The cross-encoder cannot be loaded, or the model is none."""


class SettingsError(NewsArchiveError):
    """A setting or an argument has an impossible value."""


class SourceError(NewsArchiveError):
    """A path that was given to read from does not exist, or what was named is not there."""


class SourceLossError(SourceError):
    """A path has lost so many articles that it is rather missing, unmounted or cut short."""


class TuningError(NewsArchiveError):
    """The embedder cannot be fitted to the archive: too few articles, or no trainer."""
