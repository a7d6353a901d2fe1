"""The option --reranker of the commands that search."""

from __future__ import annotations

import click

reranker_option = click.option(
    "--reranker",
    envvar="NEWSARCHIVE_RERANKER",
    metavar="MODEL",
    help="A cross-encoder that reads the best passages with the question: a folder or an id. "
    "Default: NEWSARCHIVE_RERANKER, else none.",
)
