"""Command line and chat of newsarchive: an archive comes in, text, JSON and a page go out."""

__version__ = "0.1.0"
