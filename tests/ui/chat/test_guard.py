"""Which names of this machine the page answers to."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ui.chat.guard import middleware


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("127.0.0.1:7860", 404),  # passed on to an application without pages
        ("localhost:7860", 404),
        ("[::1]:7860", 404),
        ("[::1]", 404),
        ("attacker.example", 400),
        ("[::2]:7860", 400),
    ],
)
def test_only_names_of_this_machine_are_answered(host: str, name: str, status: int) -> None:
    client = TestClient(Starlette(middleware=middleware(host)))
    assert client.get("/", headers={"Host": name}).status_code == status
