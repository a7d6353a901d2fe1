"""Fetch a URL that the user named, and nothing that its server would rather have fetched.

Each connection, redirects included, goes to an address that was looked up once and found to be
public; the name is not looked up again in between (no DNS rebinding). Proxies are not used.
"""

from __future__ import annotations

import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import BufferedReader, FileIO
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpcore

from index.addresses import Address, is_public, parse_address
from index.formats.stream import window_bits

AddressTest = Callable[[Address], bool]

_HEADERS = [
    ("User-Agent", "newsarchive/0.1"),
    ("Accept", "*/*"),
    ("Accept-Encoding", "gzip"),
    ("Connection", "close"),
]
_REDIRECTS = (301, 302, 303, 307, 308)
_STEP_BYTES = 1 << 20


class FetchError(Exception):
    """A URL cannot be fetched; the message says why."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """``seconds`` is for the whole fetch, redirects included; ``wait_seconds`` for one answer."""

    body_bytes: int = 64 << 20
    seconds: float = 120.0
    wait_seconds: float = 20.0
    redirects: int = 5


_USUAL = FetchLimits()


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: ``url`` is where redirects led, ``body`` a file at its start, ``size`` bytes."""

    url: str
    content_type: str
    charset: str | None
    body: BufferedReader
    size: int


@contextmanager
def fetch(
    url: str, allowed: AddressTest = is_public, limits: FetchLimits = _USUAL
) -> Iterator[Fetched]:
    """Fetch a URL of http or https into a nameless temporary file.

    Raises FetchError for other schemes, for addresses that are not ``allowed``, for answers other
    than 200, and where a limit is passed.
    """
    with TemporaryFile(buffering=0) as file:
        url, headers, size = _download(url, file, allowed, limits)
        kind, _, parameters = headers.get("content-type", "").partition(";")
        name, _, value = parameters.strip().partition("=")
        charset = value.strip(" \"'") if name.casefold() == "charset" else ""
        file.seek(0)
        body: BufferedReader = BufferedReader(file, _STEP_BYTES)
        with body:
            yield Fetched(url, kind.strip().casefold(), charset or None, body, size)


def _download(
    url: str, file: FileIO, allowed: AddressTest, limits: FetchLimits
) -> tuple[str, dict[str, str], int]:
    """Follow redirects to a body and write it; returns where it was, its headers and size."""
    clock = _Clock(time.monotonic() + limits.seconds, limits.wait_seconds)
    backend = _GuardedBackend(allowed, clock)
    for _ in range(limits.redirects + 1):
        address = _address(url)
        named = [("Host", urlsplit(address).netloc), *_HEADERS]
        request = httpcore.Request("GET", address, headers=named)
        try:
            with httpcore.ConnectionPool(
                ssl_context=ssl.create_default_context(), network_backend=backend
            ) as pool, closing(pool.handle_request(request)) as answer:  # fmt: skip
                headers = {
                    name.decode("latin-1").casefold(): value.decode("latin-1").strip()
                    for name, value in answer.headers
                }
                if answer.status not in _REDIRECTS or "location" not in headers:
                    if answer.status != 200:
                        raise FetchError(f"{url} answers {answer.status}; check the address")
                    encoding = headers.get("content-encoding", "")
                    chunks = _decoded(url, answer.iter_stream(), encoding)
                    return url, headers, _save(url, chunks, file, limits.body_bytes)
        except httpcore.TimeoutException:
            raise FetchError(f"{url} answers too slowly; try again later") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise FetchError(f"{url} cannot be fetched: {error}"[:300]) from None
        try:
            url = urljoin(url, headers["location"])
        except ValueError as error:
            raise FetchError(f"{url[:300]} redirects to no URL ({error})") from None
    raise FetchError(f"more than {limits.redirects} redirects; the last led to {url[:300]}")


def _address(url: str) -> str:
    """Check a URL and write it in ASCII."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port
    except ValueError as error:
        raise FetchError(f"{url[:300]} is no URL ({error})") from None
    if parts.scheme not in ("http", "https"):
        raise FetchError(f"{url[:300]} is not fetched: only http and https are")
    if parts.username is not None or parts.password is not None:
        raise FetchError("a URL with a password in it is not fetched; it would be stored")
    if not host:
        raise FetchError(f"{url[:300]} names no host")
    shown = f"[{host}]" if ":" in host else host
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{path}{query}"


def _save(url: str, chunks: Iterable[bytes], file: FileIO, limit: int) -> int:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise FetchError(f"{url} is larger than {limit >> 20} MB; fetch it by hand")
        file.write(chunk)
    return size


def _decoded(url: str, chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Undo gzip in pieces of limited size; the limit on the body is on what comes out."""
    encoding = encoding.strip().casefold()
    if encoding in ("", "identity"):
        yield from chunks
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise FetchError(f"{url} is sent in an encoding that was not asked for ({encoding[:40]})")
    inflater = None
    try:
        for chunk in chunks:
            inflater = inflater or zlib.decompressobj(window_bits(chunk, encoding))
            while chunk:
                yield inflater.decompress(chunk, _STEP_BYTES)
                chunk = inflater.unconsumed_tail
        yield inflater.flush() if inflater else b""
    except zlib.error as error:
        raise FetchError(f"{url} is sent damaged ({error}); try again later") from None
    if inflater and not inflater.eof:
        raise FetchError(f"{url} is sent in part; try again later")


@dataclass(frozen=True, slots=True)
class _Clock:
    """How long the next step may take."""

    deadline: float
    wait_seconds: float

    def wait(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time is over")
        return min(left, self.wait_seconds)


class _GuardedBackend(httpcore.NetworkBackend):
    """Opens connections to allowed addresses alone, within the time that is left."""

    def __init__(self, allowed: AddressTest, clock: _Clock) -> None:
        self._allowed = allowed
        self._clock = clock
        self._connect = httpcore.SyncBackend().connect_tcp

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Look the name up, check what it leads to, and connect to that very address."""
        refused: Exception = httpcore.ConnectError(f"no address of {host} answers")
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise FetchError(f"the host {host} is not known ({error})") from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            if not self._allowed(parse_address(address)):
                raise FetchError(f"{host} leads to {address}, which is no public address: refused")
        for address in addresses:
            try:
                stream = self._connect(address, port, self._clock.wait(), local_address)
            except httpcore.ConnectError as error:
                refused = error
            else:
                return _TimedStream(stream, self._clock)
        raise refused


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every step ends when the time of the whole fetch is over."""

    def __init__(self, stream: httpcore.NetworkStream, clock: _Clock) -> None:
        self._stream = stream
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come."""
        return self._stream.read(max_bytes, self._clock.wait())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        self._stream.write(buffer, self._clock.wait())

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Begin TLS; the certificate is checked against the name, not the address."""
        secured = self._stream.start_tls(ssl_context, server_hostname, self._clock.wait())
        return _TimedStream(secured, self._clock)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  # as httpcore has it
        """Tell of the connection below."""
        return self._stream.get_extra_info(info)
