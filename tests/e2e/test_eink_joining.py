"""E-ink displays on port 8000: rows E01 to E11, E14 and E22, as their clients see them."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import running_hub
from tests.e2e.eink import BOOTSTRAP, Eink, wait_for_discovery

GOOD = {"hardware_id": "x", "horizontal_pixels": 800, "vertical_pixels": 480}


@pytest.fixture(scope="module")
def eink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Eink]:
    """One media for tests that bring displays of their own."""
    with running_hub(tmp_path_factory.mktemp("eink")) as hub:
        yield Eink(hub, TZ="Europe/Brussels")


@pytest.mark.parametrize(
    "question", [b"EINK_DISCOVER", b"  EINK_DISCOVER\t ", b"EINK_DISCOVER\r\n"]
)
def test_E01_discovery_answers(eink: Eink, question: bytes) -> None:
    """EINK_DISCOVER, with or without blanks, is answered by JSON with the key bootstrap."""
    wait_for_discovery(eink)
    told = json.loads(eink.discover(question))
    port = eink.hub.displays_port
    assert told == {"bootstrap": f"http://127.0.0.1:{port}/api/displays/bootstrap/"}


@pytest.mark.parametrize("question", [b"eink_discover", b"EINK_DISCOVER2", b"", b"\xff" * 4096])
def test_E02_other_datagrams_are_ignored(eink: Eink, question: bytes) -> None:
    """Anything else gets no answer, within a second."""
    wait_for_discovery(eink)
    with pytest.raises(TimeoutError):
        eink.discover(question, 1.0)
    assert eink.discover(b"EINK_DISCOVER")


def test_E03_the_advertised_url_takes_a_post(eink: Eink) -> None:
    """A POST to the URL that discovery tells is answered without a redirect."""
    wait_for_discovery(eink)
    url = json.loads(eink.discover(b"EINK_DISCOVER"))["bootstrap"]
    path = "/" + url.split("/", 3)[3]
    answer = eink.ask("POST", path, GOOD | {"hardware_id": "advertised"})
    assert answer.status == 200
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/api/display/bootstrap",
        "/api/display/bootstrap/",
        "/api/displays/bootstrap",
        "/api/displays/bootstrap/",
    ],
)
def test_E04_bootstrap_on_every_spelling(eink: Eink, path: str) -> None:
    """Bootstrap answers 200 and three keys on both spellings of its path."""
    answer = eink.ask("POST", path, GOOD | {"hardware_id": path, "colour": "ignored"})
    assert answer.status == 200
    assert set(answer.json) == {"human_readable_id", "token_key", "mode"}
    assert answer.headers["cache-control"] == "no-store"


def test_E05_the_form_of_ids_and_tokens(eink: Eink) -> None:
    """The readable id is three groups of three letters without i, l and o; the token 40 hex."""
    devices = [eink.join(f"form {number}") for number in range(20)]
    for device in devices:
        assert re.fullmatch(r"[a-hjkmnp-z]{3}(-[a-hjkmnp-z]{3}){2}", device.id)
        assert re.fullmatch(r"[0-9a-f]{40}", device.token)
    assert len({device.id for device in devices}) == len({each.token for each in devices}) == 20


def test_E06_who_has_joined_gets_409(eink: Eink) -> None:
    """A second bootstrap of a hardware id is 409 with the code already_provisioned."""
    device = eink.join("twice")
    again = eink.bootstrap("twice", 10, 10)
    assert again.status == 409
    assert again.json == {
        "detail": "Display already provisioned. Authenticate to fetch/rotate token.",
        "code": "already_provisioned",
    }
    assert eink.mode(device) == device.mode


def missing(field: str, given: Any) -> dict[str, Any]:
    return {
        "type": "missing",
        "loc": [field],
        "msg": "Field required",
        "input": given,
        "url": "https://errors.pydantic.dev/2.12/v/missing",
    }


@pytest.mark.parametrize(
    ("changed", "kind", "message", "context"),
    [
        ({"hardware_id": 5}, "string_type", "Input should be a valid string", None),
        ({"hardware_id": None}, "string_type", "Input should be a valid string", None),
        (
            {"horizontal_pixels": 0},
            "greater_than",
            "Input should be greater than 0",
            {"gt": 0},
        ),
        (
            {"vertical_pixels": 5000},
            "less_than",
            "Input should be less than 5000",
            {"lt": 5000},
        ),
        (
            {"vertical_pixels": "many"},
            "int_parsing",
            "Input should be a valid integer, unable to parse string as an integer",
            None,
        ),
        (
            {"vertical_pixels": 1.5},
            "int_from_float",
            "Input should be a valid integer, got a number with a fractional part",
            None,
        ),
        ({"vertical_pixels": []}, "int_type", "Input should be a valid integer", None),
    ],
)
def test_E07_validation(
    eink: Eink, changed: dict[str, Any], kind: str, message: str, context: dict[str, int] | None
) -> None:
    """A wrong body is 400 with a list of errors; sizes 0 and 5000 are, 1 and 4999 are not."""
    answer = eink.ask("POST", BOOTSTRAP, GOOD | changed)
    ((field, value),) = changed.items()
    expected: dict[str, Any] = {"type": kind, "loc": [field], "msg": message, "input": value}
    if context:
        expected["ctx"] = context
    expected["url"] = f"https://errors.pydantic.dev/2.12/v/{kind}"
    assert answer.status == 400
    assert answer.json == {"detail": "Invalid JSON body", "errors": [expected]}


def test_E07_all_errors_are_told_at_once(eink: Eink) -> None:
    answer = eink.ask("POST", BOOTSTRAP, {"a": 1})
    assert answer.status == 400
    assert answer.json["errors"] == [missing(field, {"a": 1}) for field in GOOD]
    assert eink.ask("POST", BOOTSTRAP, [1]).json["errors"][0]["type"] == "dict_type"


def test_E07_the_smallest_and_the_largest(eink: Eink) -> None:
    eink.join("smallest", 1, 1)
    eink.join("largest", 4999, 4999)
    assert eink.bootstrap("as text", "800", "480").status == 200


def test_E07_any_text_is_a_hardware_id(eink: Eink) -> None:
    """But for half a character, and for what would fill a disk; the log stays one line each."""
    for name in ("a\nWARNING b", "\x00\x1b[2J", "\U0001f600", "", "x" * 255, "' OR 1=1 --"):
        device = eink.join(name)
        assert eink.mode(device) == device.mode
        assert eink.get("/api/display/splash_screen", device.token).status == 200
    half = eink.ask("POST", BOOTSTRAP, b'{"hardware_id": "\\ud800", "b": "\\udfff"}')
    assert (half.status, half.json["errors"][0]["type"]) == (400, "string_unicode")
    long = eink.bootstrap("x" * 256)
    assert (long.status, long.json["errors"][0]["type"]) == (400, "string_too_long")
    assert "\nWARNING b" not in eink.media.log
    assert "Traceback" not in eink.media.log


@pytest.mark.parametrize("body", [b"{", b"\xff", b"{'a': 1}", b'{"a": NaN}', b"[" * 60000])
def test_E08_malformed_json(eink: Eink, body: bytes) -> None:
    """What is no JSON is 400 with a detail that says where; a form is 415."""
    answer = eink.ask("POST", BOOTSTRAP, body)
    assert answer.status == 400
    assert set(answer.json) == {"detail"}
    assert answer.json["detail"].startswith("JSON parse error - ")


def test_E08_other_content(eink: Eink) -> None:
    kind = "application/x-www-form-urlencoded"
    answer = eink.ask("POST", BOOTSTRAP, b"hardware_id=1", Content_Type=kind)
    assert answer.status == 415
    assert answer.json == {"detail": f'Unsupported media type "{kind}" in request.'}
    assert eink.ask("POST", BOOTSTRAP, b" " * 70_000).status == 413
    where = "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    assert eink.ask("POST", BOOTSTRAP, b"{").json == {"detail": f"JSON parse error - {where}"}


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        ("", "Authentication credentials were not provided."),
        ("Bearer abc", "Authentication credentials were not provided."),
        ("Token " + "0" * 40, "Invalid token."),
        ("Token", "Invalid token header. No credentials provided."),
        ("Token a b", "Invalid token header. Token string should not contain spaces."),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "poll?hardware_id=1"), ("POST", "button"), ("GET", "variant")]
)
def test_E09_without_a_token(eink: Eink, method: str, path: str, header: str, detail: str) -> None:
    """Without a token, or with a wrong one, it is 401 with `WWW-Authenticate: Token`."""
    given = {"Authorization": header} if header else {}
    answer = eink.ask(method, f"/api/display/{path}", **given)
    assert answer.status == 401
    assert answer.json == {"detail": detail}
    assert answer.headers["www-authenticate"] == "Token"


def test_E09_the_word_token_in_any_case(eink: Eink) -> None:
    device = eink.join("any case")
    answer = eink.get("/api/display/poll?hardware_id=x", Authorization=f"tOKEN {device.token}")
    assert answer.status != 401


def test_E10_poll_by_number_and_by_text(eink: Eink) -> None:
    """The poll answers with the mode, by a hardware id that is a number or any text."""
    zeros, mac = eink.join("00042"), eink.join("6a:6b:9b:a1:cb:38")
    for device, asked in [
        (zeros, "00042"),
        (zeros, "42"),
        (mac, "6a:6b:9b:a1:cb:38"),
        (mac, "6a%3A6b%3A9b%3Aa1%3Acb%3A38"),
        (mac, "42"),  # another's, as ever
    ]:
        answer = eink.get(f"/api/display/poll?hardware_id={asked}", device.token)
        assert (answer.status, list(answer.json)) == (200, ["mode"])
        assert answer.json["mode"] in {"photo", "dashboard"}


def test_E11_poll_of_nobody(eink: Eink) -> None:
    """An unknown hardware id is 404, a missing one 400."""
    device = eink.join("asks in vain")
    answer = eink.get("/api/display/poll?hardware_id=987", device.token)
    assert answer.status == 404
    assert answer.json == {
        "detail": "Display with hardware key 987 not found",
        "error": "Display matching query does not exist.",
    }
    answer = eink.get("/api/display/poll", device.token)
    assert answer.status == 400
    assert answer.json == {
        "detail": "Invalid query parameters",
        "errors": [missing("hardware_id", {})],
    }


@pytest.mark.parametrize("button", ["A", "B", "C", "D"])
def test_E14_a_button_is_echoed(eink: Eink, button: str) -> None:
    """A press of A, B, C or D is answered with ok and the button; anything else is 400."""
    device = eink.join(f"button {button}")
    answer = eink.press(device, button)
    assert (answer.status, answer.json) == (200, {"ok": True, "button": button})
    for wrong in ("E", button.lower(), "", f"{button}{button}"):
        answer = eink.press(device, wrong)
        assert answer.status == 400
        assert answer.json == {
            "detail": "Invalid JSON body",
            "errors": [
                {
                    "type": "literal_error",
                    "loc": ["button_pressed"],
                    "msg": "Input should be 'A', 'B', 'C' or 'D'",
                    "input": wrong,
                    "ctx": {"expected": "'A', 'B', 'C' or 'D'"},
                    "url": "https://errors.pydantic.dev/2.12/v/literal_error",
                }
            ],
        }


def test_E22_health(eink: Eink) -> None:
    """GET /health is {"success": true}."""
    answer = eink.get("/health")
    assert (answer.status, answer.json) == (200, {"success": True})
    assert eink.get("/").headers["content-type"].startswith("text/html")


def test_methods_and_paths_that_are_not_served(eink: Eink) -> None:
    device = eink.join("curious")
    answer = eink.get(BOOTSTRAP)
    assert (answer.status, answer.json) == (405, {"detail": 'Method "GET" not allowed.'})
    assert eink.ask("DELETE", "/api/display/button", token=device.token).status == 405
    assert eink.ask("POST", "/health", {}).status == 405
    for path in (
        "/api/displays",
        "/api/displays/",
        "/api/display/poll//",
        "/../etc/passwd",
        "//",
        "//health",
    ):
        answer = eink.get(path, device.token)
        assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_tokens_are_guessed_a_hundred_times_a_minute(eink: Eink) -> None:
    """The valid one is taken after that too, and other addresses are not concerned."""
    device, peer = eink.join("guessed"), "127.0.0.77"
    path = "/api/display/poll?hardware_id=guessed"
    codes = [eink.ask("GET", path, token="0" * 40, peer=peer).status for _ in range(101)]
    assert codes == [401] * 100 + [429]
    refused = eink.ask("GET", path, token="0" * 40, peer=peer)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert eink.ask("GET", path, token=device.token, peer=peer).status == 200
    assert eink.ask("GET", path, token="0" * 40).status == 401


def test_no_traceback_and_no_token_in_the_log(eink: Eink) -> None:
    device = eink.join("logged")
    eink.mode(device)
    assert device.token not in eink.media.log
    assert "Traceback" not in eink.media.log
    database = (eink.hub.directory / "data/media.sqlite").read_bytes()
    assert device.token.encode() not in database
