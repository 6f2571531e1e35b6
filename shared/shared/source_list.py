"""What `config/sources.toml` may hold: one struct for each of its tables. Pure.

The description of a field says what it must be, as messages about it do.
"""

from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

MOST_BYTES = 1 << 18
"""Of the file."""

Name = Annotated[
    str,
    Meta(
        pattern=r"^[^\x00-\x1f/+#]{1,60}$", description="a text of 1 to 60 characters without / + #"
    ),
]
Minutes = Annotated[
    int, Meta(ge=1, le=1440, description="a whole number of minutes from 1 to 1440")
]
WebAddress = Annotated[
    str, Meta(min_length=1, max_length=2000, description="an http:// or https:// address")
]

ModelName = Annotated[
    str, Meta(min_length=1, max_length=200, description="a text: the name of a model")
]


class WeatherSource(Struct, frozen=True, kw_only=True):
    """`[weather]`."""

    provider: Annotated[
        Literal["open-meteo", "openweathermap"],
        Meta(description='"open-meteo" or "openweathermap"'),
    ] = "open-meteo"
    latitude: Annotated[
        float, Meta(ge=-90, le=90, description="a number of degrees from -90 to 90")
    ]
    longitude: Annotated[
        float, Meta(ge=-180, le=180, description="a number of degrees from -180 to 180")
    ]
    place: Annotated[str, Meta(max_length=60, description="a text of at most 60 characters")] = ""
    url: WebAddress | None = None
    key: (
        Annotated[
            str,
            Meta(min_length=1, max_length=500, description="a text: the key of the provider"),
        ]
        | None
    ) = None
    key_file: (
        Annotated[
            str, Meta(min_length=1, description="the path of a file that holds the key alone")
        ]
        | None
    ) = None
    interval_minutes: Minutes = 30

    @property
    def name(self) -> str:
        """It is alone of its kind."""
        return "weather"


class CalendarSource(Struct, frozen=True, kw_only=True):
    """A `[[calendar]]`."""

    name: Name
    url: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=2000,
            description="an http://, https:// or webcal:// address, or the path of a file",
        ),
    ]
    color: (
        Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$", description='a colour such as "#2a6fdb"')]
        | None
    ) = None
    interval_minutes: Minutes = 60

    @property
    def address(self) -> str:
        """Where it is, as a web address or a path; webcal is https by another name."""
        scheme, mark, rest = self.url.partition("://")
        return f"https://{rest}" if mark and scheme.lower() == "webcal" else self.url


class NewsSource(Struct, frozen=True, kw_only=True):
    """A `[[news]]`."""

    name: Name
    url: WebAddress
    interval_minutes: Minutes = 60


class TopicSource(Struct, frozen=True, kw_only=True):
    """A `[[topic]]`; `path` leads into its JSON, "" is the payload as it is."""

    name: Name
    topic: Annotated[
        str,
        Meta(
            pattern=r"^[^\x00+#{}/$][^\x00+#{}/]*(/[^\x00+#{}]*)+$",
            max_length=500,
            description="a whole topic with at least one / and without + # { }, "
            "such as mantel/value/sensor/kitchen/state",
        ),
    ]
    path: Annotated[
        str,
        Meta(max_length=200, description="a path into the topic's JSON, such as sensors[0].value"),
    ] = ""
    unit: Annotated[str, Meta(max_length=20, description="a text of at most 20 characters")] = ""
    decimals: Annotated[int, Meta(ge=0, le=6, description="a whole number from 0 to 6")] | None = (
        None
    )
    stale_minutes: (
        Annotated[
            int, Meta(ge=1, le=100_000, description="a whole number of minutes from 1 to 100000")
        ]
        | None
    ) = None


class HostSource(Struct, frozen=True, kw_only=True):
    """`[host]`; without `node` this host."""

    node: Annotated[
        str,
        Meta(pattern="^[a-z0-9_-]{0,64}$", description="the name of a host in topics, such as pi"),
    ] = ""


Style = Literal[
    "ink", "pencil", "watercolour", "woodcut", "linocut", "poster", "stained-glass", "mosaic",
    "gouache", "comic", "pastel", "papercut", "pointillism",
]  # fmt: skip
OPENAI = "https://api.openai.com/v1"
STYLES: tuple[Style, ...] = get_args(Style)


class ArtSource(Struct, frozen=True, kw_only=True):
    """`[art]`: an endpoint that looks at photos and makes art of them, as OpenAI's does."""

    url: WebAddress = OPENAI
    key: (
        Annotated[
            str, Meta(min_length=1, max_length=500, description="a text: the key of the endpoint")
        ]
        | None
    ) = None
    key_file: (
        Annotated[
            str, Meta(min_length=1, description="the path of a file that holds the key alone")
        ]
        | None
    ) = None
    classification_model: ModelName | None = None
    image_model: ModelName | None = None
    image_api: Annotated[
        Literal["edits", "generations"], Meta(description='"edits" or "generations"')
    ] = "edits"
    image_size: Annotated[
        str,
        Meta(
            pattern="^([1-9][0-9]{1,3}x[1-9][0-9]{1,3}|auto)$",
            description='a size such as "1024x1536", or "auto"',
        ),
    ] = "1024x1536"
    image_url_as: Annotated[
        Literal["object", "string"], Meta(description='"object" or "string"')
    ] = "object"
    daily_calls: Annotated[
        int, Meta(ge=0, le=10_000, description="a whole number from 0 to 10000")
    ] = 20
    wait_seconds: Annotated[
        int, Meta(ge=5, le=1500, description="a whole number of seconds from 5 to 1500")
    ] = 180
    styles: Annotated[
        tuple[Style, ...],
        Meta(min_length=1, description=f"a list of some of {', '.join(STYLES)}"),
    ] = STYLES

    @property
    def name(self) -> str:
        """It is alone of its kind."""
        return "art"

    @property
    def needs_key(self) -> bool:
        """Whether it is the one that is known to want a key."""
        return self.url == OPENAI and not (self.key or self.key_file)


class SourceList(Struct, frozen=True, kw_only=True):
    """All that stands in the file."""

    weather: WeatherSource | None = None
    host: HostSource | None = None
    calendar: tuple[CalendarSource, ...] = ()
    news: tuple[NewsSource, ...] = ()
    topic: tuple[TopicSource, ...] = ()
    art: ArtSource | None = None

    @property
    def fetched(self) -> tuple[WeatherSource | CalendarSource | NewsSource, ...]:
        """What has to be asked for again and again."""
        return (*((self.weather,) if self.weather else ()), *self.calendar, *self.news)
