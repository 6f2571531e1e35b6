"""Which photos of an older server are found, and how they come beside ours."""

from pathlib import Path

import pytest

from mantel.old_photos import find, take


def file(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_path_of_another_machine_is_found_by_its_end(tmp_path: Path) -> None:
    """The longest end that is there counts, so that equal names are not confused."""
    one, other = file(tmp_path / "a.jpg"), file(tmp_path / "trips/a.jpg")
    found = find(["/app/images/trips/a.jpg", "/app/images/a.jpg"], [], [tmp_path])
    assert found.files == [other, one]
    assert found.problems == []


@pytest.mark.parametrize(
    "path", ["", "/", "..", "../../etc/passwd", "a\0b", "x" * 5000, "~nobody/a"]
)
def test_odd_paths_are_left_out(tmp_path: Path, path: str) -> None:
    (tmp_path / "below").mkdir()
    found = find([path], [], [tmp_path / "below"])
    assert not [each for each in found.files if each.suffix]
    assert len(found.problems) == 1


def test_what_it_made_itself_is_passed_over(tmp_path: Path) -> None:
    file(tmp_path / "generated/variants/v.png")
    file(tmp_path / ".hidden.png")
    photo = file(tmp_path / "b.PNG")
    assert find([], [], [tmp_path], "/app/generated").files == [photo]
    variant = tmp_path / "generated/variants/v.png"
    found = find([], ["/app/generated/variants/v.png"], [tmp_path], "/app/generated")
    assert found.files == [variant, photo]
    assert found.lying == {variant}


def test_equal_names_get_numbers_and_equal_photos_do_not(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    one, other = file(tmp_path / "1/a.jpg", "one"), file(tmp_path / "2/a.jpg", "other")
    assert [take(each, photos) for each in (one, other, one, other)] == [True, True, False, False]
    assert {each.name: each.read_text() for each in photos.iterdir()} == {
        "a.jpg": "one",
        "a-2.jpg": "other",
    }


def test_a_copy_that_fails_leaves_nothing_half(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.write_text("in the way")
    with pytest.raises(OSError, match="photos"):
        take(file(tmp_path / "a.jpg"), photos)
