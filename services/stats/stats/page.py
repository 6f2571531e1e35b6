"""The documentation page of the HTTP API: page.html with the API's description inside."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from stats.openapi import document

_FILE = Path(__file__).with_name("page.html")


@cache
def page() -> bytes:
    """Return the page, complete in itself: it loads nothing but the API's answers."""
    html = _FILE.read_text("utf-8")
    scripts = _hashes(r"<script>(.*?)</script>", html)
    styles = _hashes(r"<style>(.*?)</style>", html)
    # Even if an answer found its way into the page as HTML, it could neither run nor load
    policy = (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    described = msgspec.json.encode(_needed(document())).decode()
    # A JSON text may say </script>; escaped, it means the same
    html = html.replace("{{document}}", described.replace("<", "\\u003c"))
    return html.replace("{{policy}}", policy).encode()


def _hashes(pattern: str, html: str) -> str:
    """Return what a content security policy calls the elements that `pattern` finds."""
    return " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()}'"
        for inner in re.findall(pattern, html, re.DOTALL)
    )


def _needed(api: dict[str, Any]) -> dict[str, Any]:
    """Return what the page shows of the API's description: a third of its bytes."""
    paths = {}
    for path, item in api["paths"].items():
        good = {"200": {"content": item["get"]["responses"]["200"]["content"]}}
        paths[path] = {"get": item["get"] | {"responses": good}}
    components = {"schemas": api["components"]["schemas"]}
    return {"info": api["info"], "paths": paths, "components": components}
