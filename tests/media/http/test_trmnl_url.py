"""The addresses of TRMNL devices."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from media.display.display import Display
from media.http.trmnl_url import Route, base_url, image_path, opens, route

DISPLAY = Display(
    id="pvx-jqr-cef", hardware_id="1", width=1, height=1, token_hash="t",
    made_at=datetime(2026, 7, 1, tzinfo=UTC),
)  # fmt: skip
USUAL = "http://{host}:{port}"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/setup", Route("setup", "")),
        ("/api/setup/", Route("setup", "")),
        ("/api/display", Route("display", "")),
        ("/api/display/", Route("display", "")),
        ("/api/log/", Route("log", "")),
        ("//api/display", Route("display", "/")),
        ("/hub/api/display", Route("display", "/hub")),
        ("/api/trmnl/a-b/x.png", Route("image", "", "a-b", "x.png")),
        ("/api/trmnl/a-b/x.png/", Route("image", "", "a-b", "x.png")),
        ("/api/display/poll", None),
        ("/api/displays", None),
        ("/api/display//", None),
        ("/api/trmnl/a-b", None),
        ("/api/trmnl/a/../x.png", None),
        ("api/setup", None),
        ("/api", None),
        ("/" + "x" * 300 + "/api/setup", None),
    ],
)
def test_paths(path: str, expected: Route | None) -> None:
    """With a slash behind, and with whatever was typed in front."""
    assert route(path) == expected


@pytest.mark.parametrize(
    ("public", "host", "prefix", "expected"),
    [
        (USUAL, "192.168.1.5:8000", "", "http://192.168.1.5:8000"),
        (USUAL, "Hub.local:8000", "/", "http://Hub.local:8000/"),
        (USUAL, "hub", "", "http://hub"),  # port 80, mapped
        (USUAL, "[fe80::1]:8000", "/x", "http://[fe80::1]:8000/x"),
        ("http://{host}:9000", "hub:8000", "", "http://hub:9000"),
        ("https://{host}", "hub:8000", "", "https://hub"),
        ("https://{host}/hub/", "hub", "/hub", "https://hub/hub"),
        ("http://fixed:{port}", "hub:1", "", "http://fixed:8000"),
        ("http://fixed", "hub", "/", "http://fixed/"),
        (USUAL, "", "", "http://localhost:8000"),
        (USUAL, 'x"><script>', "", "http://localhost:8000"),
        (USUAL, "user@evil:80", "", "http://localhost:8000"),
    ],
)
def test_the_base_is_the_one_that_was_typed(
    public: str, host: str, prefix: str, expected: str
) -> None:
    """As far as a request and the settings tell."""
    assert base_url(public, 8000, host, prefix) == expected


def test_the_key_of_an_image() -> None:
    """It opens this image of this display, until the token is void."""
    path, key = image_path(DISPLAY, "a.png").split("?key=")
    assert path == "/api/trmnl/pvx-jqr-cef/a.png"
    assert opens(DISPLAY, "a.png", key)
    assert not opens(DISPLAY, "b.png", key)
    for token in ("other", ""):
        assert not opens(replace(DISPLAY, token_hash=token), "a.png", key)
    for wrong in ("", key[:-1], key.upper() + "g", "\u00e4"):
        assert not opens(DISPLAY, "a.png", wrong)
