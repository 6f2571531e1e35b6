"""What a child of `media` is asked to have an endpoint do, and what it answers; JSON. Pure."""

from typing import Literal

from msgspec import Struct

Fault = Literal["", "photo", "form", "endpoint", "wait"]


class Ask(Struct, frozen=True, kw_only=True):
    """A photo, what is to be done with it, and where.

    `form` is how an answer in JSON is asked for. `target` is the file that art becomes.
    """

    kind: Literal["classify", "edits", "generations"]
    model: str
    prompt: str
    url: str = ""
    path: str = ""
    key: str = ""
    image_url_as: Literal["object", "string"] = "object"
    form: Literal["json_schema", "json_object"] = "json_schema"
    size: str = "auto"
    target: str = ""
    wait_seconds: float = 180.0


class Reply(Struct, frozen=True, kw_only=True):
    """What became of it.

    `text` is a classification as it came. `error` is why there is nothing, and `fault` whose
    fault that is: of the photo, so that the next may do; of the form, which the endpoint does not
    know; of the endpoint; or it asks to wait. Nothing was asked where `asked` is false.
    """

    text: str = ""
    error: str = ""
    fault: Fault = ""
    retry_after_seconds: float | None = None
    asked: bool = True
