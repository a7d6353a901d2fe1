"""What the tests of questions and of tuning share: a scripted model, an archive to learn from."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from index.build import build_archive
from index.settings import Settings
from rag import Query, Turn
from rag import question as reading
from rag.question.asked import Background, Question

# In this archive's headlines a colour stands for a trade: no model knows that before it has read
# it, and no word of a headline stands in a text.
CODE = {
    "crimson": "bakery", "turquoise": "railway", "beige": "hospital", "violet": "orchard",
    "scarlet": "library", "ivory": "quarry", "olive": "theatre", "amber": "fishery",
    "indigo": "airport", "maroon": "brewery",
}  # fmt: skip
FILLER = (
    "morning council window paper engine garden letter bridge winter summer number street "
    "market farmer doctor teacher river mountain village minister budget ticket holiday contract "
    "signal corner picture station weather kitchen evening harbour button ladder"
).split()


def made_articles(count: int) -> list[dict[str, str]]:
    chance = random.Random(3)
    articles = []
    for number in range(count):
        colours = chance.sample(sorted(CODE), 2)
        words = [CODE[colour] for colour in colours] * 2 + chance.sample(FILLER, 10)
        chance.shuffle(words)
        text = f"{' '.join(words[:7])}. {' '.join(words[7:])}.".capitalize()
        articles.append({"id": f"a{number}", "title": " ".join(colours).title(), "text": text})
    return articles


@pytest.fixture(scope="session")
def scripted() -> Callable[[str], Any]:
    """Make a model that says one text: ``scripted("It ran aground.")``; ``prompts`` are kept."""
    # Not above: LlamaIndex takes a second to import, and few tests need it.
    from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata
    from llama_index.core.llms.callbacks import llm_completion_callback
    from pydantic import Field

    class ScriptedLLM(CustomLLM):
        said: str
        prompts: list[str] = Field(default_factory=list)

        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(context_window=4_096, num_output=128, model_name="scripted")

        @llm_completion_callback()
        def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
            self.prompts.append(prompt)
            return CompletionResponse(text=self.said)

        @llm_completion_callback()
        def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:
            yield self.complete(prompt)

    return lambda said: ScriptedLLM(said=said)


@pytest.fixture(scope="session")
def archive_of(
    tmp_path_factory: pytest.TempPathFactory, write_lines: Callable[..., Path]
) -> Callable[..., Path]:
    """Build an archive of its own: ``archive_of({"id": …, "text": …}, …, chunk_pieces=60)``."""

    def build(*records: dict[str, str], **settings: Any) -> Path:
        folder = tmp_path_factory.mktemp("archive")
        source = write_lines(folder / "news.jsonl", *records)
        build_archive(folder / "archive", [source], settings=Settings("hashed-words", **settings))
        return folder / "archive"

    return build


@pytest.fixture(scope="session")
def understand() -> Callable[..., Query]:
    """Read a question: ``understand("Who won?", history=…, newest=…, outlets=…, filters=…)``."""

    def read(
        text: str,
        history: Sequence[Turn] = (),
        newest: str | None = None,
        outlets: Sequence[str] = (),
        rewriter: Any = None,
        **said: Any,
    ) -> Query:
        background = Background(tuple(outlets), newest, rewriter=rewriter)
        return reading.understand(Question(text, tuple(history), **said), background)

    return read


@pytest.fixture(scope="session")
def coded_articles() -> Callable[[int], list[dict[str, str]]]:
    """Make articles whose headlines no model understands that has not read the texts."""
    return made_articles


@pytest.fixture(scope="session")
def coded_words() -> list[str]:
    """All words of the coded articles."""
    return sorted({*CODE, *CODE.values(), *FILLER})
