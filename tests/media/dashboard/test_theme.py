"""What theme.toml says, and where it is wrong."""

import pytest

from media.dashboard.theme import MOST_FILES, ThemeError, read_theme
from tests.media.dashboard.facts import HEADER, files


def test_a_header() -> None:
    """What is not told has a default that suits most."""
    theme = read_theme("mine", files("x"))
    assert theme.header.title == "Mine"
    assert theme.header.sizes == ((400, 300),)
    assert (theme.header.mode, theme.header.refresh_minutes) == ("dashboard", 60)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ('title = "x"\nsizes = [[1, 2]]', "theme.toml:2: Expected `int` >= 16"),
        ('title = "x"\n\nsizes = 3', "theme.toml:3: Expected `array`"),
        ('title = "x"\nsizes = [', "theme.toml:"),
        (HEADER + "colour = 3", "theme.toml:4: the file contains unknown field `colour`"),
        (HEADER + 'mode = "party"', "theme.toml:4: Invalid enum value 'party'"),
        ("sizes = [[400, 300]]", "theme.toml: the file missing required field `title`"),
        (HEADER.replace("[]", '["wether"]'), "theme.toml:3: Invalid enum value 'wether'"),
        ("\udcff", "theme.toml: is no UTF-8"),
    ],
)
def test_a_wrong_header_is_told_with_its_line(header: str, message: str) -> None:
    """Never a traceback."""
    made = files("x")
    made["theme.toml"] = header.encode("utf-8", "surrogateescape")
    with pytest.raises(ThemeError) as caught:
        read_theme("mine", made)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("gone", ["theme.toml", "theme.typ"])
def test_both_files_are_needed(gone: str) -> None:
    """And the one that is missing is named."""
    made = files("x")
    del made[gone]
    with pytest.raises(ThemeError, match=f"^{gone}: is missing"):
        read_theme("mine", made)


def test_a_file_that_is_being_saved_is_no_blank_page() -> None:
    """Editors make it empty first; displays keep what they have."""
    with pytest.raises(ThemeError, match=r"^theme\.typ: is empty"):
        read_theme("mine", files("\n"))


@pytest.mark.parametrize(
    "name", ["../x", "a/../../b", "/etc/passwd", "a//b", "mantel/kit.typ", "", "a\nb"]
)
def test_strange_paths_are_refused(name: str) -> None:
    """Files of a request become files on the disk."""
    with pytest.raises(ThemeError):
        read_theme("mine", {**files("x"), name: b""})


@pytest.mark.parametrize("name", ["", "..", "A", "a b", "x" * 41])
def test_strange_names_are_refused(name: str) -> None:
    """A name is used in topics and folders."""
    with pytest.raises(ThemeError, match="no name"):
        read_theme(name, files("x"))


def test_too_much_is_refused() -> None:
    """Too many files, too many bytes."""
    with pytest.raises(ThemeError, match="100 are the most"):
        read_theme("mine", {f"{number}.svg": b"" for number in range(MOST_FILES + 1)})
    with pytest.raises(ThemeError, match="larger than 4 MB"):
        read_theme("mine", {**files("x"), "large.png": bytes(4_000_001)})


@pytest.mark.parametrize("package", ["@preview/cetz:0.3.0", "@local/mine:1.0.0"])
def test_packages_are_refused_with_their_line(package: str) -> None:
    """Nothing is fetched from anywhere."""
    with pytest.raises(ThemeError, match=r"^theme\.typ:2: packages cannot be used"):
        read_theme("mine", files(f'#let a = 1\n#import "{package}"'))


def test_the_mark_changes_with_each_file() -> None:
    """A changed theme is drawn anew."""
    marks = {
        read_theme("mine", files("x")).mark,
        read_theme("mine", files("y")).mark,
        read_theme("mine", files("x", a_svg="")).mark,
        read_theme("mine", files("x", a_svg="z")).mark,
    }
    assert len(marks) == 4
    assert read_theme("mine", files("x")).mark in marks
