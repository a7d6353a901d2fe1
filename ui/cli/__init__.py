"""The ``newsarchive`` command: arguments come in, text or JSON goes out.

Results go to stdout, progress and notes to stderr; the exit status is 0 only for success. Nothing
heavy is imported before a command runs, so that ``--help`` is instant. Here are the commands that
build and ask; those that keep and tune an archive are in ``keep``, ``eval`` measures it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from index.errors import NewsArchiveError
from ui import __version__
from ui.cli.eval import evaluate_sets
from ui.cli.keep import check, remove, rollback, status, tune
from ui.cli.options import (
    ARCHIVE_FOLDER,
    archive_option,
    json_option,
    limit_options,
    print_json,
    print_report,
    read_options,
    reading_options,
    reranker_option,
    sources_argument,
    wait_option,
)


class _Group(click.Group):
    """Turns the archive's own errors into one clear line and exit status 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except NewsArchiveError as error:
            raise click.ClickException(str(error)) from error
        except BrokenPipeError:
            # The reader of our output has gone (| head): nothing more to say, and no traceback.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except OSError as error:  # such as an archive that belongs to someone else
            if error.filename is None:
                raise
            reason = error.strerror or str(error)
            raise click.ClickException(f"{error.filename}: {reason}") from error


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="newsarchive")
@click.option(
    "--archive", type=ARCHIVE_FOLDER, envvar="NEWSARCHIVE_DIR", help="Folder of the archive."
)
def main(archive: Path | None) -> None:
    """Ask a news archive; every sentence of an answer cites the words that say so."""
    # default_archive reads the folder, where a command has none of its own.


@main.command()
@sources_argument
@archive_option
@click.option("--rebuild", is_flag=True, help="Start from nothing instead of from what is there.")
@click.option("--embedder", help="A sentence-transformers model: a folder or an id.")
@click.option("--chunk-pieces", type=int, help="Word pieces of a chunk, headline included.")
@reading_options
@click.option("--allow-loss", is_flag=True, help="Remove what is gone, even most of a PATH.")
@wait_option
@json_option
def build(
    sources: tuple[str, ...],
    archive: Path,
    rebuild: bool,
    embedder: str | None,
    chunk_pieces: int | None,
    field_map: tuple[str, ...],
    date_order: str | None,
    allow_loss: bool,
    wait: bool,
    as_json: bool,
) -> None:
    """Index the articles in files and folders; again, take in what changed there.

    Reads plain text, JSON, CSV, HTML, feeds, NITF, NewsML-G2, sitemaps, WARC, WACZ, Parquet, and
    gzip, zip or zst of these. A PATH may be a URL, or - for standard input. Articles that are
    gone from PATHS leave the archive, those that came from elsewhere stay.
    """
    from dataclasses import replace

    from index.build import build_archive, stored_settings
    from index.store.archive import ArchiveFolder
    from ui.cli.progress import BuildProgress

    options = read_options(field_map, date_order)
    settings = None
    if embedder is not None or chunk_pieces is not None:
        folder = ArchiveFolder(archive)
        settings = stored_settings(folder, or_default=rebuild)
        if embedder is not None:
            settings = replace(settings, embedder=embedder)
        if chunk_pieces is not None:
            settings = replace(settings, chunk_pieces=chunk_pieces)
    with BuildProgress() as progress:
        report = build_archive(
            archive,
            sources,
            settings=settings,
            rebuild=rebuild,
            options=options,
            progress=progress,
            wait=wait,
            allow_loss=allow_loss,
        )
    print_report(report, archive, as_json)
    if rebuild and report.removed:
        click.echo(
            f"{report.removed} articles of the generation before are not in this one, as what it "
            "was built from does not have them; `newsarchive rollback` puts that one back",
            err=True,
        )


@main.command()
@sources_argument
@archive_option
@reading_options
@wait_option
@json_option
def add(
    sources: tuple[str, ...],
    archive: Path,
    field_map: tuple[str, ...],
    date_order: str | None,
    wait: bool,
    as_json: bool,
) -> None:
    """Take in new and changed articles; remove none."""
    from index.build import add_articles
    from ui.cli.progress import BuildProgress

    options = read_options(field_map, date_order)
    with BuildProgress() as progress:
        report = add_articles(archive, sources, options=options, progress=progress, wait=wait)
    print_report(report, archive, as_json)


@main.command()
@archive_option
@click.option("--diff", "with_difference", is_flag=True, help="Print what each version changed.")
@json_option
def families(archive: Path, with_difference: bool, as_json: bool) -> None:
    """List the articles that copy each other or follow one story."""
    from rag import Archive
    from rag.about import family_record
    from ui.cli.explain import family_lines

    with Archive.open(archive) as opened:
        found = opened.families()
    if as_json:
        print_json({"families": [family_record(family) for family in found]})
        return
    for family in found:
        click.echo("\n".join(family_lines(family, with_difference)) + "\n")
    click.echo(f"{len(found)} families", err=True)


@main.command()
@click.argument("question")
@archive_option
@reranker_option
@limit_options
@click.option("--top-k", default=10, show_default=True, help="Number of passages.")
@click.option(
    "--ranking",
    type=click.Choice(["fused", "words", "vectors"]),
    default="fused",
    show_default=True,
    help="Rank by words and vectors, or by one of them alone.",
)
@click.option(
    "--explain", is_flag=True, help="Say how the question was read and why each was found."
)
@json_option
def search(
    question: str,
    archive: Path,
    reranker: str | None,
    asked: str | None,
    published_from: str | None,
    published_to: str | None,
    sources: tuple[str, ...],
    top_k: int,
    ranking: str,
    explain: bool,
    as_json: bool,
) -> None:
    """List the passages nearest to a question."""
    from dataclasses import asdict

    from rag import Archive, Filters
    from rag.question.asked import clean_question
    from rag.records import passage_records
    from rag.types import describe
    from ui.cli.explain import explain_passage, explain_query

    with Archive.open(archive, reranker=reranker) as opened:
        passages = opened.search(
            question,
            top_k=top_k,
            published_from=published_from,
            published_to=published_to,
            sources=sources,
            asked=asked,
            ranking=ranking,  # type: ignore[arg-type]  # click.Choice has checked it
        )
        filters = Filters(published_from, published_to, sources)
        query = opened.understand(question, asked=asked, filters=filters) if explain else None
    if as_json:
        read = {"query": asdict(query)} if query else {}
        asked_for = {"question": clean_question(question), **read}
        print_json({**asked_for, "passages": passage_records(passages)})
        return
    for line in explain_query(query) if query else ():
        click.echo(line)
    for passage in passages:
        click.echo(f"{passage.rank}. {describe(passage.article)}  ({passage.score:.3f})")
        if query:
            click.echo(f"   {explain_passage(query, passage)}")
        if passage.superseded_by:
            click.echo(f"   superseded by {describe(passage.superseded_by)}")
        click.echo(f"   {' '.join(passage.text.split())}\n")


@main.command()
@click.argument("question", required=False)
@archive_option
@reranker_option
@limit_options
@click.option(
    "--batch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Answer the questions of a JSON Lines file (id, question; history and asked if given).",
)
@json_option
def ask(
    question: str | None,
    archive: Path,
    reranker: str | None,
    asked: str | None,
    published_from: str | None,
    published_to: str | None,
    sources: tuple[str, ...],
    batch: Path | None,
    as_json: bool,
) -> None:
    """Answer a question, each sentence with its source, or say that the archive does not."""
    if (question is None) == (batch is None):
        raise click.UsageError("give a QUESTION or --batch FILE, one of them")
    from rag import Archive, Filters
    from rag.question.asked import read_questions
    from rag.records import answer_record

    filters = Filters(published_from, published_to, sources)
    questions = read_questions(batch) if batch is not None else ()
    with Archive.open(archive, reranker=reranker) as opened:
        for item in questions:
            answer = opened.ask(
                item.question, history=item.history, asked=item.asked or asked, filters=filters
            )
            print_json(answer_record(answer, item.id))
        if question is None:
            return
        answer = opened.ask(question, asked=asked, filters=filters)
    if as_json:
        print_json(answer_record(answer))
    else:
        for inference in answer.query.inferred:
            click.echo(f"({inference.text})", err=True)
        click.echo(str(answer))


@main.command()
@archive_option
@reranker_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    help="Port; the first free one from 7860 on if not given.",
)
@click.option("--open/--no-open", "open_browser", default=True, help="Open the browser.")
def chat(
    archive: Path, reranker: str | None, host: str, port: int | None, open_browser: bool
) -> None:
    """Chat with the archive in the browser."""
    from rag import Archive
    from ui.chat.app import launch

    with Archive.open(archive, reranker=reranker) as opened:
        launch(opened, host=host, port=port, open_browser=open_browser)


for _command in (remove, rollback, check, status, evaluate_sets, tune):
    main.add_command(_command)
