# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Hands on the page of Rerun's viewer, with a policy that keeps it on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import re
from threading import Thread
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import build_opener, ProxyHandler

HERE = '127.0.0.1'
# The viewer compiles WebAssembly, and its page has a script of its own within.
POLICY = ("default-src 'self' blob: data: 'unsafe-inline' 'wasm-unsafe-eval' 'unsafe-eval'; "
          "connect-src 'self' blob: data: http://{here}:{data}")
_LINK = re.compile(rb'<link\b[^>]*\bhttps?://[^>]*>')


def policy(port: int) -> str:
    """Return what a page on a port may reach: itself, and the data on the next port."""
    return POLICY.format(here=HERE, data=port + 1)


def without_links_elsewhere(html: bytes) -> bytes:
    """Leave out the links to other hosts, to which a browser connects whatever the policy."""
    return _LINK.sub(b'', html)


@contextmanager
def page(port: int) -> Iterator[None]:
    """Hand on what is served two ports further, while the context lasts."""
    # A proxy of the environment is not asked for what is on this machine.
    opener = build_opener(ProxyHandler({}))

    class Handler(BaseHTTPRequestHandler):
        """Answers one request."""

        def do_GET(self) -> None:
            """Answer with what Rerun has."""
            path = urlsplit(self.path).path
            try:
                found = opener.open(f'http://{HERE}:{port + 2}{path}', timeout=60.0)
            except (HTTPError, URLError) as error:
                self.send_error(getattr(error, 'code', 502))
                return
            with found:
                kind = found.headers.get('Content-Type', 'application/octet-stream')
                body = found.read()
                if kind.startswith('text/html'):
                    body = without_links_elsewhere(body)
                self.send_response(200)
                self.send_header('Content-Type', kind)
                self.send_header('Content-Length', str(len(body)))
                self.send_header('rerun-final-length', str(len(body)))    # its progress bar
                self.send_header('Content-Security-Policy', policy(port))
                self.send_header('Referrer-Policy', 'no-referrer')
                self.end_headers()
                try:
                    self.wfile.write(body)
                except ConnectionError:
                    pass    # a browser that has gone away

        def log_message(self, *_: object) -> None:
            """Leave out a line for each request."""

    server = ThreadingHTTPServer((HERE, port), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
