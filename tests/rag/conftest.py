"""What the tests of questions share: a language model of LlamaIndex that says one text."""

from collections.abc import Callable
from typing import Any

import pytest


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
