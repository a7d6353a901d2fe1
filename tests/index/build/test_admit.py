"""What an agency takes back leaves the archive, whichever version says so."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index.build import BuildReport, add_articles, build_archive
from index.build.admit import Withdrawals
from index.settings import Settings
from index.store.archive import ArchiveFolder
from index.store.stores import reading_catalog
from index.types import Withdrawal

Take = Callable[..., BuildReport]


def g2(path: Path, item: str, version: int | None, status: str = "usable") -> Path:
    number = "" if version is None else f' version="{version}"'
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:{item}"{number}>'
        f'<itemMeta><pubStatus qcode="stat:{status}"/></itemMeta><contentMeta><headline>{item}'
        '</headline></contentMeta><contentSet><inlineXML><html xmlns="http://www.w3.org/1999/xhtml">'
        f"<body><p>Barge {item} reached quay {version} at dawn.</p></body></html></inlineXML>"
        "</contentSet></newsItem>"
    )
    return path


def nitf(path: Path, version: int | None, status: str = "usable") -> Path:
    key = "" if version is None else f'<du-key version="{version}"/>'
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f'<nitf><head><docdata management-status="{status}"><doc-id id-string="barge"/>{key}'
        f"</docdata></head><body><body.content><p>Barge {version} is at the quay.</p>"
        "</body.content></body></nitf>"
    )
    return path


def build(archive: Path, *sources: Path) -> BuildReport:
    return build_archive(archive, list(sources), settings=Settings("hashed-words"))


def ids(archive: Path) -> list[str]:
    with reading_catalog(ArchiveFolder(archive).current()) as catalog:
        return [name for name, _, _ in catalog.register.places()]


@pytest.mark.parametrize("take", [build_archive, add_articles])
@pytest.mark.parametrize("status", ["canceled", "withheld"])
def test_a_new_version_that_withdraws_takes_all_before_with_it(
    tmp_path: Path, archive: Path, take: Take, status: str
) -> None:
    news = tmp_path / "news"
    sources = [g2(news / "1.xml", "a", 1), g2(news / "2.xml", "a", 2), g2(news / "b.xml", "ab", 1)]
    build(archive, *sources)
    assert ids(archive) == ["urn:a", "urn:a#2", "urn:ab"]
    report = take(archive, [g2(tmp_path / "kill.xml", "a", 3, status)])
    assert (report.removed, report.rejected, report.articles) == (2, 1, 1)
    assert ids(archive) == ["urn:ab"]


def test_the_withdrawal_of_all_that_a_path_had_is_no_loss(tmp_path: Path, archive: Path) -> None:
    source = tmp_path / "story.xml"
    build(archive, g2(source, "a", 1))
    report = build(archive, g2(source, "a", 2, "canceled"))
    assert (report.removed, report.kept, report.articles) == (1, 0, 0)


@pytest.mark.parametrize("kill", ["0-kill.xml", "9-kill.xml"])
def test_what_is_read_beside_its_withdrawal_is_never_in_use(
    tmp_path: Path, archive: Path, kill: str
) -> None:
    news = tmp_path / "news"
    g2(news / "1.xml", "a", 1)
    g2(news / "b.xml", "b", 1)
    build(archive, news)
    g2(news / kill, "a", 2, "canceled")
    report = build(archive, news)
    assert (report.read, report.removed, report.unchanged) == (1, 1, 1)
    in_use = ArchiveFolder(archive).current_name()
    again = build(archive, news)
    assert (again.read, again.new, again.removed, again.touched) == (1, 0, 0, 0)
    assert ArchiveFolder(archive).current_name() == in_use  # nothing differs, nothing is written
    assert len(list((archive / "generations").iterdir())) == 2
    rebuilt = build_archive(archive, [news], rebuild=True)
    assert (rebuilt.new, rebuilt.kept, ids(archive)) == (1, 0, ["urn:b"])


def test_a_version_after_the_withdrawal_is_the_new_word(tmp_path: Path, archive: Path) -> None:
    news = tmp_path / "news"
    g2(news / "1.xml", "a", 1)
    g2(news / "2.xml", "a", 2, "canceled")
    g2(news / "3.xml", "a", 3)
    build(archive, news)
    assert ids(archive) == ["urn:a#3"]


@pytest.mark.parametrize("version", [None, 3])
def test_nitf_that_is_withdrawn(tmp_path: Path, archive: Path, version: int | None) -> None:
    news = tmp_path / "news"
    build(archive, nitf(news / "1.xml", None), nitf(news / "2.xml", 2))
    assert ids(archive) == ["barge", "barge#2"]
    assert build(archive, nitf(tmp_path / "kill.xml", version, "canceled")).removed == 2


def test_which_articles_a_withdrawal_covers() -> None:
    withdrawn = Withdrawals()
    withdrawn.note(Withdrawal("f", 1, "taken back", id="urn:a", version=2))
    withdrawn.note(Withdrawal("f", 2, "taken back", id="urn:b#x"))
    withdrawn.note(Withdrawal("f", 3, "taken back"))
    assert [
        i for i in ("urn:a", "urn:a#2", "urn:a#3", "urn:ab", "urn:a#") if withdrawn.cover(i)
    ] == [
        "urn:a",
        "urn:a#2",
    ]
    assert withdrawn.cover("urn:b#x")
    assert withdrawn.cover("urn:b#x#17")
    assert not withdrawn.cover("urn:b")
