"""What is wrong with a file of sources, by line."""

import pytest

from shared.source_file import SourceFileError, read_sources
from shared.source_list import MOST_BYTES

ALL = b"""\xef\xbb\xbf# Windows wrote this\r
[weather]\r
provider = "openweathermap"\r
key_file = "config/key"\r
latitude = 51\r
longitude = 3.1\r
[[calendar]]\r
name = "Family"\r
url = "webcal://x/y.ics"\r
color = "#2A6fdb"\r
[[calendar]]\r
name = "Waste"\r
url = "config/waste.ics"\r
[[news]]\r
name = "Town"\r
url = "https://user:pass@x/rss"\r
[[topic]]\r
name = "Kitchen"\r
topic = "mantel/value/sensor/kitchen/state"\r
path = "a[0]"\r
[host]\r
"""


def problems(text: str | bytes) -> list[tuple[int, str]]:
    with pytest.raises(SourceFileError) as caught:
        read_sources(text if isinstance(text, bytes) else text.encode())
    return caught.value.problems


def test_a_file_with_everything() -> None:
    found = read_sources(ALL)
    assert [each.name for each in found.fetched] == ["weather", "Family", "Waste", "Town"]
    assert found.weather is not None
    assert (found.weather.latitude, found.weather.interval_minutes) == (51.0, 30)
    assert found.calendar[0].address == "https://x/y.ics"
    assert found.topic[0].path == "a[0]"
    assert found.host is not None


def test_an_empty_file_has_no_sources() -> None:
    assert read_sources(b"").fetched == ()
    assert read_sources(b"# nothing\n").host is None


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("\n[weather\n", 2, "is no TOML"),
        ("a = [\n1,\n", 2, "is no TOML"),
        ("[weather]\nlatitude=1\nlatitude=2\n", 3, "is no TOML: Cannot overwrite"),
        (b"[host]\nnode = '\xff'\n", 2, "is not UTF-8"),
        ("a = " + "[" * 5000, 1, "is nested too deep"),
        (b"#" * (MOST_BYTES + 1), 1, "is larger than"),
        ("[host]\n\n[wether]\n", 3, "wether is not known; allowed are [weather], [host]"),
        ("[calendar]\nname = 'a'\n", 1, "calendar must be a list: [[calendar]]"),
        ("[[weather]]\nlatitude = 1\n", 1, "weather must be a table: [weather]"),
        ("x = 1\n", 1, "x is not known"),
        ("[host]\nnode = 3\n", 2, "[host] node must be the name of a host in topics"),
        (
            "[weather]\nlongitude = 1\nlatitude = 1\nlattitude = 2\n",
            4,
            "[weather] lattitude is not known; did you mean latitude?; allowed are provider, ",
        ),
        ("\n[weather]\nlongitude = 1\n", 2, "[weather] needs latitude: a number of degrees"),
        ("[weather]\nlongitude = 1\nlatitude = true\n", 3, "latitude must be a number"),
        ("[weather]\nlongitude = 1\nlatitude = nan\n", 3, "latitude must be a number"),
        ("[weather]\nlongitude = inf\nlatitude = 1\n", 2, "longitude must be a number"),
        (
            "[weather]\nlatitude = 1\nlongitude = 1\nprovider = 'openweathermap'\n",
            4,
            'provider is "openweathermap", which needs key or key_file',
        ),
        (
            "[weather]\nlatitude = 1\nlongitude = 1\nkey = 'a'\nkey_file = 'b'\n",
            5,
            "key_file stands beside key",
        ),
        ("[weather]\nlatitude = 1\nlongitude = 1\nurl = 'x'\n", 4, "url must be an http://"),
        (
            "[[news]]\nname = 'a'\nurl = 'http://x'\n[[news]]\nname = 'b'\nurl = 'file.xml'\n",
            6,
            "[[news]] url must be an http:// or https:// address",
        ),
        ("[[calendar]]\nname = 'a'\nurl = 'ftp://x/y'\n", 3, "url must be an http://, https://"),
        ("[[calendar]]\nname = 'a'\nurl = 'https:///y'\n", 3, "url must be"),
        ("[[calendar]]\nname = 'a'\nurl = 'x'\ncolor = 'red'\n", 4, "color must be a colour"),
        ("[[calendar]]\nname = 'a/b'\nurl = 'x'\n", 2, "name must be a text of 1 to 60"),
        (
            "[[calendar]]\nname = 'a'\nurl = 'x'\n\n[[topic]]\nname = 'A'\ntopic = 'a/b'\n",
            6,
            "[[topic]] name A has that name on line 2 already",
        ),
        ("[[topic]]\nname = 'a'\ntopic = 'a/+'\n", 3, "topic must be a whole topic"),
        ("[[topic]]\nname = 'a'\ntopic = 'a'\n", 3, "topic must be a whole topic"),
        ("[[topic]]\nname = 'a'\ntopic = 'a/{b}'\n", 3, "topic must be a whole topic"),
        ("[[topic]]\nname = 'a'\ntopic = 'a/b'\npath = 'x..y'\n", 4, "path is no path at '..y'"),
        ("[[topic]]\nname = 'a'\ntopic = 'a/b'\ndecimals = 9\n", 4, "decimals must be a whole"),
        ("weather.latitude = 99\nweather.longitude = 1\n", 1, "[weather] latitude must be"),
        (
            "[weather]\nplace = '''\nlatitude = 1\n'''\nlatitude = 91\nlongitude = 1\n",
            5,
            "latitude must be",
        ),
        ("[[topic]]\nname = 'a'\ntopic = 'a/b'\n[[host]]\n", 4, "host must be a table"),
    ],
)
def test_every_fault_has_its_line(text: str | bytes, line: int, said: str) -> None:
    """With the key, and what would be right."""
    found = problems(text)
    assert found[0][0] == line, found
    assert said in found[0][1]


def test_all_faults_are_told_together() -> None:
    found = problems("[weather]\nlatitude = 'x'\n[[news]]\nname = ''\n[hots]\n")
    assert [line for line, _ in found] == [1, 2, 3, 4, 5]


def test_a_secret_is_in_no_message() -> None:
    text = "[weather]\nlatitude=1\nlongitude=1\nkey = ['geheim']\nurl = ['geheim']\n"
    assert "geheim" not in str(problems(text))
    assert "geheim" not in str(problems("[[calendar]]\nname='a'\nurl='ftp://geheim/x'\n"))


def test_too_many() -> None:
    one = "[[news]]\nname = 'n{}'\nurl = 'http://x'\n"
    text = "".join(one.format(number) for number in range(33))
    assert problems(text) == [(97, "more than 32 [[news]]")]


def test_the_example_is_right_with_and_without_its_marks() -> None:
    """What is commented out is a file too."""
    from tests.test_architecture import ROOT

    text = (ROOT / "config/sources.example.toml").read_text()
    assert read_sources(text.encode()).fetched == ()
    lines = [line.removeprefix("#") for line in text.splitlines() if not line.startswith("# ")]
    found = read_sources("\n".join(lines).encode())
    assert len(found.fetched) == 4
    assert found.host is not None
    assert len(found.topic) == 1
