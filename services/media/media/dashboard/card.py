"""A card for a screen of 200x200 or 128x64: letters of one ink, drawn pixel by pixel.

Measured by reading them with OCR: of 9 to 13 pixels nothing is as legible as DejaVu Sans with
the hints of its makers.
"""

import io
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from media.dashboard.card_icons import icon
from media.dashboard.fonts import sans
from media.dashboard.letters import plain

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_PAPER, _INK = 1, 0
_SMALL_SIDE = 100  # of the shorter side; below it everything is smaller
_ELLIPSIS = "…"


def card(page: dict[str, Any], width: int, height: int) -> bytes:
    """Return a card of a page's facts as PNG of one ink.

    Where the page says `lit`, what is drawn is light and the rest is dark, as on an OLED.
    """
    sheet = _Sheet(width, height)
    small = min(width, height) < _SMALL_SIDE
    top = _head(sheet, page, small)
    if (weather := page["weather"]) and not weather["empty"]:
        top = _weather(sheet, weather, top, small)
    elif not (page["agenda"] or page["values"]):
        _day(sheet, page, small)
    top = _events(sheet, page["agenda"], top, small)
    _values(sheet, page["values"], top, small)
    return sheet.png(lit=bool(page.get("lit")))


def _head(sheet: "_Sheet", page: dict[str, Any], small: bool) -> int:
    """Draw the day, and the alarm at its right; return where the rest begins."""
    size = 10 if small else 13
    high = size + (3 if small else 6)
    sheet.draw.rectangle((0, 0, sheet.width, high - 1), _INK)
    right = sheet.width - 3
    if alarm := page["alarm"]:
        right = sheet.line_right(right, high, alarm["time"], size, _PAPER)
        bell = icon("bell", size + 1)
        sheet.draw.bitmap((right - size - 4, (high - size - 1) // 2), bell, _PAPER)
        right -= size + 8
    sheet.line(3, high, page["date"]["short"], size, right - 3, _PAPER, bold=True)
    return high + (1 if small else 4)


def _weather(sheet: "_Sheet", weather: dict[str, Any], top: int, small: bool) -> int:
    now, days = weather["now"], weather["days"]
    side = 22 if small else 46
    room = sheet.width - 8
    if now is None and not days:
        return top
    left = 2
    told = now or {**days[0], "temperature": days[0]["high"], "night": False, "feels": ""}
    sheet.draw.bitmap((left, top), icon(told["icon"], side, night=told["night"]), _INK)
    left += side + 5
    degrees = 18 if small else 30
    after = sheet.text(left, top + (side - degrees) // 2, told["temperature"], degrees, bold=True)
    left = after + 6
    if small:
        sheet.text(left, top, told["description"], 9, most=sheet.width - left - 1)
        low_high = f"{days[0]['low']} {days[0]['high']}" if days else told["feels"]
        sheet.text(left, top + 11, weather["as_of"] or low_high, 9, most=sheet.width - left - 1)
        return top + side + 1
    lines = [told["description"], told["feels"], weather["as_of"]]
    for place, each in enumerate(line for line in lines if line):
        sheet.text(left, top + 3 + 14 * place, each, 11, most=sheet.width - left - 3)
    top += side + 2
    if len(days) > 1 and sheet.height >= 150:
        step = room // 4
        for place, day in enumerate(days[:4]):
            x = 4 + place * step
            sheet.text(x, top, day["name"], 11, bold=True)
            sheet.draw.bitmap((x, top + 13), icon(day["icon"], 22), _INK)
            sheet.text(x + 24, top + 18, day["high"], 11)
        top += 39
    sheet.draw.line((0, top, sheet.width, top), _INK)
    return top + 3


def _day(sheet: "_Sheet", page: dict[str, Any], small: bool) -> None:
    """Draw the day large: nothing else is known."""
    size = 24 if small else 64
    sheet.text(
        4, sheet.height // 2 - (8 if small else 40), str(page["date"]["day"]), size, bold=True
    )
    left = 40 if small else 100
    most = sheet.width - left - 2
    for place, each in enumerate((page["date"]["weekday"], page["date"]["month"])):
        y = sheet.height // 2 - (4 if small else 20) + place * (12 if small else 18)
        sheet.text(left, y, each, 10 if small else 13, most=most)


def _events(sheet: "_Sheet", agenda: dict[str, Any] | None, top: int, small: bool) -> int:
    """Draw as many of the next events as fit."""
    if not agenda or agenda["empty"]:
        return top
    size = 9 if small else 11
    high = size + 3
    for day in agenda["days"]:
        for event in day["events"]:
            if top + high > sheet.height:
                return top
            when = event["when"] if day["is_today"] else f"{day['weekday']} {event['time']}".strip()
            after = sheet.text(3, top, when, size, bold=True)
            sheet.text(after + 5, top, plain(event["title"]), size, most=sheet.width - after - 7)
            top += high
    return top


def _values(sheet: "_Sheet", values: list[dict[str, Any]], top: int, small: bool) -> None:
    size = 9 if small else 11
    for each in values:
        if top + size + 3 > sheet.height:
            return
        right = sheet.line_right(sheet.width - 3, 0, plain(each["text"]), size, _INK, top)
        sheet.text(3, top, plain(each["name"]), size, most=right - 8)
        top += size + 3


class _Sheet:
    """A picture of one ink."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._image = Image.new("1", (width, height), _PAPER)
        self.draw = ImageDraw.Draw(self._image)
        self.draw.fontmode = "1"
        self._fonts: dict[tuple[int, bool], Font] = {}

    def png(self, *, lit: bool) -> bytes:
        """Return it as a file."""
        file = io.BytesIO()
        image = self._image.point([255] + [0] * 255, "1") if lit else self._image
        image.save(file, "PNG")
        return file.getvalue()

    def text(
        self, x: int, y: int, text: str, size: int, *, most: int | None = None,
        ink: int = _INK, bold: bool = False,
    ) -> int:  # fmt: skip
        """Draw a line, cut at `most` pixels; return where it ends."""
        font = self._font(size, bold=bold)
        if most is not None:
            text = self._cut(text, font, most)
        self.draw.text((x, y), text, ink, font)
        return x + round(self.draw.textlength(text, font))

    def line(
        self, x: int, high: int, text: str, size: int, most: int, ink: int, *, bold: bool = False
    ) -> int:
        """Draw a line in the middle of a band of some height at the top."""
        return self.text(x, (high - size) // 2 - 2, text, size, most=most, ink=ink, bold=bold)

    def line_right(
        self, right: int, high: int, text: str, size: int, ink: int, top: int | None = None
    ) -> int:
        """Draw a line that ends at `right`; return where it begins."""
        wide = round(self.draw.textlength(text, self._font(size, bold=True)))
        x = right - wide
        y = (high - size) // 2 - 2 if top is None else top
        self.text(x, y, text, size, ink=ink, bold=True)
        return x

    def _cut(self, text: str, font: Font, most: int) -> str:
        if self.draw.textlength(text, font) <= most:
            return text
        while text and self.draw.textlength(text + _ELLIPSIS, font) > most:
            text = text[:-1]
        return text.rstrip() + _ELLIPSIS if text else ""

    def _font(self, size: int, *, bold: bool) -> Font:
        key = size, bold
        if key not in self._fonts:
            file = sans(bold=bold)
            self._fonts[key] = (
                ImageFont.load_default(size)
                if file is None
                else ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)
            )
        return self._fonts[key]
