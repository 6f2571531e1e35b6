"""The jobs of art: they are there in each home, and say "off" where nobody has set `[art]`."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from media.art.store import ArtStore
from media.job.job import Job, Run
from media.photo.library import Library
from media.photo.variants import Variants
from shared.source_list import Style

if TYPE_CHECKING:
    from media.art.endpoint import Endpoint

_CLASSIFY_SECONDS, _GENERATE_SECONDS = 3600.0, 7200.0


class ClassifyParams(Struct, frozen=True, forbid_unknown_fields=True):
    """How many photos a run looks at."""

    max_num_to_classify: Annotated[int, Meta(ge=1, le=1000)] = 10


class GenerateParams(Struct, frozen=True, forbid_unknown_fields=True):
    """How many photos a run makes art of, and in which style where it is not to choose."""

    max_amount: Annotated[int, Meta(ge=1, le=100)] = 3
    art_style_override: Style | None = None


class TryOutParams(Struct, frozen=True, forbid_unknown_fields=True):
    """A picture, a file of steps, and the picture to make, below the folders of pictures."""

    input: str = ""
    pipeline_json_file: str = ""
    output: str = ""


def art_jobs(
    sources: Path,
    folders: tuple[Path, ...],
    store: ArtStore,
    library: Library,
    variants: Variants,
    clock: Callable[[], datetime],
    zone: tzinfo,
) -> tuple[Job, ...]:
    """Return them; what they need is loaded when one runs that is not off."""
    known: list[Endpoint] = []

    def endpoint() -> "Endpoint":
        from media.art.endpoint import Endpoint

        if not known:
            known.append(Endpoint(sources, store, clock, zone))
        return known[0]

    async def classify(run: Run, params: ClassifyParams) -> str:
        from media.art.classify import classify

        return await classify(run, params.max_num_to_classify, library, endpoint(), store)

    async def generate(run: Run, params: GenerateParams) -> str:
        from media.art.generate import generate

        return await generate(
            run, params.max_amount, params.art_style_override, library, variants, endpoint(), store
        )

    async def try_out(run: Run, params: TryOutParams) -> str:
        from media.art.try_out import try_out

        given = (params.input, params.pipeline_json_file, params.output)
        return await try_out(run, given, folders, endpoint())

    return (
        Job(
            "classify-new-images", "Have a model look at new photos.", classify,
            ClassifyParams, "*/5 * * * *", _CLASSIFY_SECONDS,
        ),
        Job(
            "generate-art-variants", "Have art made of photos.", generate,
            GenerateParams, "0 0 * * *", _GENERATE_SECONDS,
        ),
        Job("run_test_pipeline", "Take a picture through steps.", try_out, TryOutParams),
    )  # fmt: skip
