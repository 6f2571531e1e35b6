"""Classification and art on a running hub, by an endpoint of our own: row E34."""

import base64
import io
import json
import sqlite3
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from mantel.command import main
from shared.testing import eventually
from tests.e2e.conftest import Hub
from tests.e2e.eink import Eink
from tests.e2e.test_eink_variants import VARIANT, colour
from tests.media.art.endpoint import (
    CHAT,
    EDITS,
    GENERATIONS,
    SEEN,
    Endpoint,
    Reply,
    endpoint,
    painted,
    refused,
    said,
)
from tests.media.bitmap.pictures import blank, photo, saved

IMAGE = "/api/display/image"
CLASSIFY, GENERATE = "classify-new-images", "generate-art-variants"
KEY = "sk-very-secret"
RED = (156, 72, 75)


class Studio:
    """A hub with three photos and an endpoint that is not configured yet."""

    def __init__(self, hub: Hub, web: Endpoint) -> None:
        self.hub = hub
        self.web = web
        folder = hub.directory / "photos"
        folder.mkdir()
        for number in range(3):
            (folder / f"{number}.jpg").write_bytes(saved(photo((900 + number, 600)), "JPEG"))
        self.eink = Eink(hub)
        self.eink.media.wait_for_log("photos: 3 came, 0 went, 3 there")
        self.told: list[str] = []

    def configure(self, **settings: Any) -> None:
        """Write [art]."""
        fields = {
            "url": self.web.url, "key": KEY, "classification_model": "see", "image_model": "paint",
            **settings,
        }  # fmt: skip
        lines = [f"{name} = {json.dumps(value)}" for name, value in fields.items() if value != ""]
        file = self.hub.directory / "config/sources.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text("\n".join(["[art]", *lines, ""]))

    def mantel(self, *words: str) -> Result:
        environment = {**self.hub.broker.environment("operator"), "TERM": "dumb"}
        return CliRunner().invoke(main, list(words), env=environment)

    def run(self, job: str, **params: Any) -> tuple[int, str]:
        """Run a job; return the exit code and what is told of it."""
        given = [word for name, value in params.items() for word in ("--param", f"{name}={value}")]
        result = self.mantel("job", "run", job, *given)
        self.told.append(result.output + result.stderr)
        return result.exit_code, " ".join((result.output + result.stderr).split())

    def log(self, job: str) -> str:
        self.told.append(self.mantel("job", "log", job).output)
        return " ".join(self.told[-1].split())

    def photos(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.mantel("photo", "list", "--json").output)
        return found


@pytest.fixture
def web() -> Iterator[Endpoint]:
    with endpoint() as running:
        yield running


@pytest.fixture
def studio(hub: Hub, web: Endpoint) -> Iterator[Studio]:
    """Yield a hub; no log and no answer has told its key."""
    found = Studio(hub, web)
    yield found
    log = found.eink.media.log
    assert "Traceback" not in log
    assert KEY not in log + "".join(found.told)


def test_E34_without_a_key(studio: Studio) -> None:
    """classify/generate without API key fails cleanly, never blocks the API."""
    device = studio.eink.join("1", 40, 30)
    for job in (CLASSIFY, GENERATE):
        code, told = studio.run(job)
        assert code == 1
        assert "off: there is no config/sources.toml" in told
    studio.configure(url="", key="")
    for job in (CLASSIFY, GENERATE):
        code, told = studio.run(job)
        assert (code, "skipped" in studio.log(job)) == (1, True)
        assert "has neither key nor key_file" in told
    studio.configure(classification_model="", image_model="")
    assert "names no classification_model" in studio.run(CLASSIFY)[1]
    assert "names no image_model" in studio.run(GENERATE)[1]
    assert studio.eink.get(VARIANT, device.token).status == 200
    assert studio.run("dummy")[0] == 0
    assert studio.web.asked == []


def test_E34_an_endpoint_that_hangs_blocks_nothing(studio: Studio) -> None:
    """Nor one that is not there; a run can be cancelled."""
    device = studio.eink.join("1", 40, 30)
    hanging = threading.Event()
    studio.web.say(CHAT, Reply(wait=hanging))
    studio.configure(wait_seconds=300)
    try:
        studio.mantel("job", "run", CLASSIFY, "--no-wait")
        eventually(lambda: studio.web.asked, times=3)
        assert studio.eink.get(VARIANT, device.token).status == 200
        assert studio.eink.get("/health").status == 200
        assert "1 cancelled" in studio.mantel("job", "cancel", CLASSIFY).output
    finally:
        hanging.set()
    studio.configure(url="http://127.0.0.1:9/v1")
    code, told = studio.run(CLASSIFY)
    assert code == 1
    assert "the endpoint cannot be reached" in told
    assert studio.run("dummy")[0] == 0


def test_photos_are_judged_once(studio: Studio) -> None:
    """By a small JPEG; the same picture under another name costs nothing, nor does a restart."""
    studio.configure()
    assert "2 photos judged; 2 of 20 calls today" in studio.run(CLASSIFY, max_num_to_classify=2)[1]
    assert "1 photos judged; 3 of 20 calls today" in studio.run(CLASSIFY)[1]
    code, told = studio.run(CLASSIFY)
    assert (code, "there are no new photos" in told) == (1, True)
    first = studio.web.asked[0]
    assert (first.path, first.headers["authorization"]) == (CHAT, f"Bearer {KEY}")
    text, image = first.body["messages"][0]["content"]
    assert "renderDecision" in text["text"]
    data = base64.b64decode(image["image_url"]["url"].removeprefix("data:image/jpeg;base64,"))
    sent = Image.open(io.BytesIO(data))
    assert (sent.format, max(sent.size)) == ("JPEG", 768)
    assert first.body["response_format"]["json_schema"]["strict"] is True
    for each in studio.photos():
        assert (each["quality"], each["content_type"], each["people_count"]) == (
            "GOOD", "Landscape", 0,
        )  # fmt: skip
        assert each["description"] == SEEN["descriptionOfImage"]
    folder = studio.hub.directory / "photos"
    (folder / "copy.jpg").write_bytes((folder / "0.jpg").read_bytes())
    (folder / "1.jpg").write_bytes(saved(blank("RGB", (80, 60), "red"), "JPEG"))
    studio.eink.media.stop()
    studio.eink.start()
    studio.mantel("photo", "scan")
    assert "2 photos judged; 4 of 20 calls today" in studio.run(CLASSIFY)[1]
    assert "3.jpg" not in studio.log(CLASSIFY)


def test_the_budget_of_a_day(studio: Studio) -> None:
    """Counted through a restart, whatever came of a call, over both jobs."""
    studio.configure(daily_calls=3)
    studio.web.say(CHAT, said("no json"))
    code, told = studio.run(CLASSIFY, max_num_to_classify=2)
    assert (code, "2 of 3 calls today, 2 in vain" in told) == (1, True)
    studio.eink.media.stop()
    studio.eink.start()
    code, told = studio.run(GENERATE, max_amount=5)
    assert "calls today" in told
    assert len(studio.web.asked) <= 3
    studio.run(GENERATE, max_amount=5)
    studio.run(GENERATE, max_amount=5)
    code, told = studio.run(CLASSIFY)
    assert len(studio.web.asked) == 3
    assert (code, "nothing is asked any more today: 3 of 3 calls today" in told) == (1, True)
    with sqlite3.connect(studio.hub.directory / "data/media.sqlite") as base:
        assert base.execute("SELECT calls, failures FROM art_day").fetchall() == [(3, 2)]
    base.close()


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (refused(401, f"Incorrect API key provided: {KEY}"), "the endpoint is not let in (401)"),
        (refused(403, f"not for {KEY}"), "the endpoint is refused (403): not for ***"),
        (refused(404, "The model `see` does not exist"), "(404): The model `see` does not exist"),
        (refused(500, "oh"), "the endpoint answers with an error (500): oh"),
        (refused(429, "Rate limit", Retry_After="7200"), "was asked too often (429): Rate limit"),
        (Reply(b"<html>"), "the endpoint does not answer in JSON"),
    ],
)
def test_an_endpoint_that_does_not_want(studio: Studio, reply: Reply, text: str) -> None:
    """One call, a clear message, and the next run asks again, but after the time it was told."""
    studio.configure()
    studio.web.say(CHAT, reply)
    code, told = studio.run(CLASSIFY)
    assert code == 1
    assert text in told
    assert "0 judged before; 1 of 20 calls today, 1 in vain" in told
    assert len(studio.web.asked) == 1
    studio.web.say(CHAT, said(SEEN))
    code, told = studio.run(CLASSIFY)
    if reply.status == 429:
        assert "the endpoint has asked to wait until" in told
        assert len(studio.web.asked) == 1
    else:
        assert (code, "3 photos judged" in told) == (0, True)


def test_an_endpoint_that_knows_no_schema(studio: Studio) -> None:
    """Is asked for any JSON, from then on at once; as Ollama wants its pictures."""
    studio.configure(image_url_as="string", key="")

    def answer(asked: Any) -> Reply:
        if asked.body["response_format"]["type"] == "json_schema":
            return refused(400, "response_format.type json_schema is not supported")
        return said("Sure!\n```json\n" + json.dumps({**SEEN, "quality": "very good"}) + "\n```")

    studio.web.answers[CHAT] = answer
    assert "3 photos judged; 4 of 20 calls today, 1 in vain" in studio.run(CLASSIFY)[1]
    assert {each["quality"] for each in studio.photos()} == {"VERY_GOOD"}
    last = studio.web.asked[-1]
    assert last.body["messages"][0]["content"][1]["image_url"].startswith("data:image/jpeg;")
    assert "authorization" not in last.headers


def test_a_photo_that_is_refused_is_let_be(studio: Studio) -> None:
    """After three times; the others are judged."""
    studio.configure()
    folder = studio.hub.directory / "photos"

    def answer(asked: Any) -> Reply:
        return (
            said(None, refusal="I cannot look at this")
            if len(studio.web.asked) == 1
            else said(SEEN)
        )

    studio.web.answers[CHAT] = answer
    assert "2 photos judged, 1 failed" in studio.run(CLASSIFY)[1]
    assert "0.jpg: refuses it: I cannot look at this" in studio.log(CLASSIFY)
    studio.web.say(CHAT, said(None, refusal="no"))
    for _ in range(2):
        assert "0 photos judged, 1 failed" in studio.run(CLASSIFY)[1]
    assert "there are no new photos" in studio.run(CLASSIFY)[1]
    assert folder.joinpath("0.jpg").exists()


def test_art_is_made_and_shown(studio: Studio) -> None:
    """By edits, with the photo; it is a variant with a number, also when its photo is gone."""
    device = studio.eink.join("1", 40, 30)
    studio.eink.get(VARIANT, device.token)  # the photos have their numbers
    studio.configure(image_size="1024x1536", styles=["woodcut"])
    studio.web.say(EDITS, painted(saved(blank("RGB", (96, 64), RED))))
    studio.run(CLASSIFY)
    studio.web.asked.clear()
    code, told = studio.run(GENERATE, max_amount=1)
    assert (code, "1 made; 4 of 20 calls today" in told) == (0, True)
    (asked,) = studio.web.asked
    assert (asked.path, asked.body["model"], asked.body["n"]) == (EDITS, "paint", "1")
    assert asked.body["size"] == "1536x1024"  # as the photo lies
    assert asked.body["response_format"] == "b64_json"
    assert "woodcut" in asked.body["prompt"]
    assert Image.open(io.BytesIO(asked.body["image"])).format == "PNG"
    one = studio.eink.get(f"{VARIANT}?pk=4", device.token)
    assert (one.status, colour(one.body)) == (200, RED)
    assert "as woodcut: variant 4" in studio.log(GENERATE)
    assert "2 made" in studio.run(GENERATE, max_amount=3)[1]
    assert "3 left as they are" in studio.run(GENERATE, max_amount=3)[1]
    (master, *_) = (studio.hub.directory / "data/variants/art").iterdir()
    assert Image.open(io.BytesIO(master.read_bytes())).format == "JPEG"
    told = studio.mantel("photo", "art").output
    assert "4        woodcut" in told
    assert "6 calls today" in told
    shown = set()
    for _ in range(20):  # in the mode photo, half of the time; the slot keeps what it shows
        studio.eink.press(device, "A")
        first, again = (studio.eink.get(IMAGE, device.token) for _ in range(2))
        assert first.body == again.body
        shown.add(colour(first.body) == RED)
    assert shown == {True, False}
    assert "favourite" in studio.mantel("photo", "art", "favourite", "4").output
    assert "hidden" in studio.mantel("photo", "art", "hide", "5", "6").output
    assert "variant 1 is no art" in studio.mantel("photo", "art", "hide", "1").stderr
    assert "there is no variant 77" in studio.mantel("photo", "art", "show", "77").stderr
    for file in (studio.hub.directory / "photos").iterdir():
        file.unlink()
    studio.mantel("photo", "scan")
    studio.eink.media.stop()
    studio.eink.start()
    assert colour(studio.eink.get(VARIANT, device.token).body) == RED
    assert "which is gone" in studio.mantel("photo", "art").output
    assert studio.eink.get(f"{VARIANT}?pk=1", device.token).status == 404


def test_art_by_generations(studio: Studio) -> None:
    """From a description, fetched from an address; in a style that is given."""
    studio.configure(image_api="generations", image_model="gpt-image-1", image_size="auto")
    assert "they are not judged yet" in studio.run(GENERATE)[1]
    studio.run(CLASSIFY)
    studio.web.say(GENERATIONS, painted(url=f"{studio.web.root}/picture.png"))
    studio.web.say("/picture.png", Reply(saved(blank("RGB", (96, 64), RED))))
    code, told = studio.run(GENERATE, max_amount=1, art_style_override="comic")
    assert (code, "1 made" in told) == (0, True)
    asked, fetched = studio.web.asked[-2:]
    assert set(asked.body) == {"model", "prompt", "n"}
    assert "a grey beach under a wide sky" in asked.body["prompt"]
    assert "authorization" not in fetched.headers
    code, told = studio.run(GENERATE, art_style_override="nonsense")
    assert code != 0
    assert "art_style_override" in told


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (refused(400, "Your request was rejected by our safety system"), "safety system"),
        (painted(b"no picture"), "the answer is no picture"),
        (painted(saved(photo((300, 300)))[:400]), "the answer is no picture"),
        (Reply({"data": []}), "there is none in it"),
        (Reply({"data": [{"b64_json": "a"}]}), "its base64 is broken"),
        (Reply({"data": [{"url": "file:///etc/passwd"}]}), "there is none in it"),
    ],
)
def test_art_that_is_none(studio: Studio, reply: Reply, text: str) -> None:
    """Is not kept, and the log says why."""
    studio.configure()
    studio.web.say(EDITS, reply)
    code, told = studio.run(GENERATE, max_amount=1, art_style_override="ink")
    assert code == 1
    assert "0 made, 1 failed; 1 of 20 calls today, 1 in vain" in told
    assert text in studio.log(GENERATE)
    assert not list((studio.hub.directory / "data").glob("variants/art/*"))


def test_the_file_is_checked(studio: Studio) -> None:
    """A wrong [art] is told with its line, by the job too."""
    studio.configure(daily_calls=-1, styles=["oil"])
    told = studio.run(CLASSIFY)[1]
    assert "line 6: [art] daily_calls must be a whole number from 0 to 10000, not -1" in told
    assert "line 7: [art] styles must be a list of some of ink," in told


def test_pictures_are_tried_out(studio: Studio) -> None:
    """By the job run_test_pipeline; nothing outside its folders is read or written."""
    folder = studio.hub.directory / "photos"

    def attempt(steps: Any, **params: str) -> tuple[int, str]:
        (folder / "steps.json").write_text(steps if isinstance(steps, str) else json.dumps(steps))
        given = {"input": "0.jpg", "pipeline_json_file": "steps.json", "output": "new.png"}
        return studio.run("run_test_pipeline", **{**given, **params})

    size = {"name": "resize_crop", "resolution": [48, 64], "rotate": 90}
    paint = {"name": "openai_filter", "art_style": "ink", "generation_context": "and a cat"}
    native = {"name": "p_mode_eink_optimize"}
    assert attempt([{"name": "noop"}, size, native])[0] == 0
    with Image.open(folder / "new.png") as image:
        assert (image.mode, image.size) == ("P", (64, 48))
    code, told = attempt([size, paint, native], output="art.png")
    assert (code, "off: there is no config/sources.toml" in told) == (1, True)
    studio.configure()
    assert attempt([size, paint, native], output="art.png")[0] == 0
    (asked,) = studio.web.asked
    assert "brush drawing" in asked.body["prompt"]
    assert "and a cat" in asked.body["prompt"]
    for params, steps, text in (
        ({"output": "new.png"}, [], "is there already"),
        ({"output": "../out.png"}, [], "is no path below"),
        ({"input": "/etc/passwd", "output": "x.png"}, [], "is no path below"),
        ({"input": "steps.json", "output": "x.png"}, [], "is no PNG, JPEG, GIF or WebP"),
        ({"output": "x.gif"}, [], "must end in"),
        ({"output": "x.png"}, "{", "steps.json: "),
        ({"output": "x.png"}, [{"name": "blur"}], "steps.json: "),
        ({"output": "x.png"}, [{"name": "quantize", "palette": "pink"}], "there is no palette"),
    ):
        code, told = attempt(steps, **params)
        assert code == 1, params
        assert text in told
    assert {each.name for each in folder.iterdir()} == {
        "0.jpg", "1.jpg", "2.jpg", "steps.json", "new.png", "art.png",
    }  # fmt: skip
    assert not (studio.hub.directory / "out.png").exists()
