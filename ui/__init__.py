"""Command line and chat of newsarchive."""

__version__ = "0.1.0"
