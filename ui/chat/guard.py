"""What stands between the network and Gradio: only the page's own requests pass."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POST_BYTES = 256_000
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NAMES = (*_LOOPBACK, "[::1]")  # as the Host header has them


def middleware(host: str) -> list[Middleware]:
    """Make the guards of a page that listens on ``host``."""
    only_page = Middleware(_OnlyThePage)
    if host not in _LOOPBACK:
        return [only_page]
    # Against DNS rebinding: a foreign site's name that points here is not answered. Behind a
    # proxy, Gradio wants the public address in this variable, so that name is known too.
    public = urlsplit(os.environ.get("GRADIO_ROOT_PATH", "")).hostname
    hosts = [*_NAMES, *([public] if public else [])]
    return [Middleware(TrustedHostMiddleware, allowed_hosts=hosts), only_page]


class _OnlyThePage:
    """Serve what the page asks for and nothing else that Gradio can do.

    Gradio also serves files (from its cache, and fetched from a URL), takes uploads and has
    monitoring and editing routes; the archive lies on the same disk, so all of that is off.
    The policy header lets no part of the page reach another host, whatever an article holds.
    """

    _PAGE = re.compile(
        r"/|/(?:config|theme\.css|favicon\.ico|robots\.txt|manifest\.json)"
        r"|/(?:assets|static|svelte)/.*"
        r"|/gradio_api/(?:startup-events|info|app_id|cancel|reset|heartbeat/[^/]*"
        r"|queue/(?:join|data))/?"
    )
    _POLICY = (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    )

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not self._PAGE.fullmatch(scope["path"]):
            await PlainTextResponse("Not found", 404)(scope, receive, send)
            return
        if scope["method"] == "POST":
            length = Headers(scope=scope).get("content-length", "")
            if not length.isdecimal() or int(length) > POST_BYTES:
                await PlainTextResponse("Too large", 413)(scope, receive, send)
                return

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = self._POLICY
                headers["Referrer-Policy"] = "no-referrer"
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        await self._app(scope, receive, send_with_policy)
