"""A line that is typed."""

from mantel.typed_line import TypedLine


def test_lines_and_what_is_taken_back() -> None:
    line = TypedLine()
    assert line.take("TZ Eurp") == []
    assert line.take("\x7f\x7fr\bope/Päris\rPI") == ["TZ Euope/Päris"]
    assert line.text == "PI"
    assert line.take("NG\n\n  \nx") == ["PING"]
    assert line.text == "x"
    line.take("yz one two\x17")
    assert line.text == "xyz one "
    line.take("\x15")
    assert line.text == ""
    assert line.take("\x00\x01\t") == []
    assert line.text == ""


def test_lines_from_before() -> None:
    line = TypedLine()
    line.take("one\ntwo\n")
    shown = []
    for keys in ("\x1b[A", "\x1bOA", "\x1b[A", "\x1b[B", "\x1b[B", "\x1b[B"):
        line.take(keys)
        shown.append(line.text)
    assert shown == ["two", "one", "one", "two", "", ""]
    assert line.take("\x1b[A!\n") == ["two!"]


def test_other_keys_type_nothing() -> None:
    line = TypedLine()
    line.take("a\x1b[3~b\x1b[1;5Cc\x1bOPd\x1bxe")
    assert line.text == "abcde"


def test_the_end() -> None:
    line = TypedLine()
    assert (line.take("x\x04"), line.ended) == ([], False)
    assert (line.take("\n\x04y\n"), line.ended) == (["x"], True)
    assert line.text == ""


def test_a_line_has_an_end() -> None:
    line = TypedLine()
    assert line.take("x" * 5000 + "\n") == ["x" * 4096]
