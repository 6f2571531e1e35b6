"""Puts `media` together: the pictures it shows and the sounds it plays."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from media.agenda import show_displays
from media.art.jobs import art_jobs
from media.art.request import art_verbs
from media.art.store import ArtStore
from media.asking import answer
from media.audio.peak import Peaks
from media.audio.speaker import Speaker
from media.audio.stream import Stream
from media.bitmap_url import bitmap_url
from media.darkroom import Darkroom
from media.dashboard.contents import Dashboard, photo_of
from media.dashboard.dashboards import Dashboards
from media.dashboard.draw_job import drawing_job
from media.dashboard.pages import Pages
from media.dashboard.request import dashboard_verbs
from media.dashboard.studio import Studio
from media.dashboard.theme_folder import Themes, some_photo
from media.dashboard.words import LANGUAGES
from media.database import Database
from media.display.addresses import own_addresses
from media.display.discovery import answer_discovery
from media.display.keeping import keep_registry
from media.display.mdns import announce_hub
from media.display.numbers import Numbers
from media.display.obedience import Wishes
from media.display.pictures import Pictures
from media.display.registry import Registry
from media.display.request import display_verbs
from media.display.shelf import Shelf
from media.display.sources import ByMode, Hub, Splash
from media.display.store import DisplayStore
from media.display.telling import Telling, tell_displays
from media.display.zone import house_zone
from media.http.app import App
from media.http.pages import WebPages, house_dashboard
from media.http.palette_api import PALETTE, PaletteApi
from media.http.picture_api import BITMAP, PictureApi
from media.http.push_api import PushApi
from media.http.server import serve_http
from media.http.trmnl_api import TrmnlApi
from media.http.trmnl_url import base_url
from media.http.variant_api import VARIANT, VariantApi
from media.job.heartbeat import HEARTBEAT
from media.job.request import job_verbs
from media.job.roster import Roster
from media.job.runner import Runner, follow_cron
from media.job.store import JobStore
from media.job.telling import job_entities, obey_jobs, tell_jobs
from media.photo.contents import Photos
from media.photo.library import Library, follow_folder
from media.photo.request import photo_verbs
from media.photo.rotation import Rotation
from media.photo.store import PhotoStore
from media.photo.variant_files import VariantFiles
from media.photo.variant_pictures import VariantPictures
from media.photo.variant_store import VariantStore
from media.photo.variants import Variants
from media.ringing import prepare_pictures, ring_alarms, speak_unheard
from media.rings import STREAM, Rings
from media.settings import Settings
from media.showing import Showing
from media.sound_file import SoundFiles, learn_peaks
from media.source.opening import Opening
from media.source.refresh_job import source_jobs
from media.source.request import source_verbs
from shared import topics
from shared.mqtt import Mqtt


async def run(settings: Settings) -> None:
    """Run until cancelled."""
    # Of its own: the sound waits for no picture that is being made in a thread
    executor = ThreadPoolExecutor(4, "sound")
    assets = Path(settings.media_assets)
    async with (
        Database(Path(settings.media_state)) as database,
        Mqtt(settings, "media") as mqtt,
        Studio() as studio,
        Darkroom() as darkroom,
        asyncio.TaskGroup() as tasks,
    ):
        stream = Stream(mqtt, STREAM, executor)
        rings = Rings(mqtt, settings.mantel_node, stream)
        peaks = Peaks(Path(settings.media_state))
        sounds = SoundFiles(assets, peaks, executor)
        stream.end()
        requests = mqtt.subscribe(topics.DISPLAY_REQUEST)
        job_requests = mqtt.subscribe(topics.JOB_REQUEST)
        photo_requests = mqtt.subscribe(topics.PHOTO_REQUEST)
        zone = house_zone(settings.tz)
        registry = Registry(DisplayStore(database), settings.media_join, zone)
        asked = mqtt.subscribe(topics.SOURCE_REQUEST)
        opening = Opening(mqtt, database, settings, zone)
        tasks.create_task(opening.run(), name="know sources")
        wanted_pages = mqtt.subscribe(topics.DASHBOARD_REQUEST)
        tasks.create_task(
            answer(asked, mqtt, topics.SOURCE_RESPONSE, source_verbs(opening)),
            name="answer requests of sources",
        )
        dashboards = Dashboards(
            Themes(Path(settings.media_themes)), studio, LANGUAGES[settings.media_language]
        )
        page_verbs = dashboard_verbs(
            dashboards,
            lambda: opening.get().snapshot(registry.now()),
            lambda: some_photo(Path(settings.media_photos), assets),
        )
        tasks.create_task(
            answer(wanted_pages, mqtt, topics.DASHBOARD_RESPONSE, page_verbs),
            name="answer requests of dashboards",
        )
        tasks.create_task(keep_registry(registry), name="keep registry")
        photo_store = PhotoStore(database)
        library = Library(Path(settings.media_photos), photo_store, registry.now)
        rotation = Rotation(library, photo_store, registry.now)
        variant_folder = Path(settings.media_state).parent / "variants"
        variants = Variants(library, VariantStore(database), variant_folder, registry.now)
        photos = Photos(library, rotation, variants)
        pages = Pages(
            dashboards,
            opening.get,
            photo=lambda id_: photo_of(registry.roster.get(id_), photos, registry.now()),
        )
        tasks.create_task(pages.run(), name="draw pages")
        art_store = ArtStore(database)
        art = art_jobs(
            Path(settings.media_sources),
            (library.root, assets),
            art_store,
            library,
            variants,
            registry.now,
            zone,
        )
        job_store = JobStore(database)
        reached, port = settings.media_http_only, settings.media_http_port
        hub = Hub(
            settings.mantel_node,
            port,
            lambda host: base_url(settings.media_public_url, port, host, "") if port else "",
            lambda: own_addresses(reached),
        )
        jobs = (HEARTBEAT, *source_jobs(opening), drawing_job(pages), *art)
        runner = Runner(Roster(jobs, job_store, zone), job_store)
        contents = ByMode(
            {
                "photo": photos,
                "dashboard": Dashboard(pages),
                "news": Dashboard(pages),
                "boot": Splash(hub),
            }
        )
        shelf = Shelf(Path(settings.media_state))
        pictures = Pictures(registry, contents, assets, shelf, darkroom)
        showing = Showing(mqtt, registry, pictures, bitmap_url(settings))
        tasks.create_task(show_displays(showing), name="show displays")
        if port:
            numbers, dashboard = Numbers(database), house_dashboard(pictures, registry)
            web = WebPages(
                registry, pictures, library, numbers, dashboard, node=hub.node, url=hub.url
            )
            api = PictureApi(registry, pictures)
            packed = VariantPictures(variants, VariantFiles(variant_folder), darkroom)
            drawing = VariantApi(registry, variants, packed, api.paths[VARIANT])
            own = {VARIANT: drawing.variant, PALETTE: PaletteApi(registry).palette}
            tasks.create_task(packed.make_ahead(), name="make variants ahead")
            app = App(
                registry,
                api.paths | own,
                PushApi(showing).paths,
                (web.paths if settings.media_pages else {}) | {BITMAP: api.bitmap},
                TrmnlApi(registry, pictures, settings.media_public_url, port),
            )
            tasks.create_task(
                serve_http(app, settings.media_http_host, port, registry.loaded),
                name="serve HTTP",
            )
        if settings.media_discovery_port:
            tasks.create_task(
                answer_discovery(
                    lambda facing: settings.public_url(reached or facing),
                    settings.media_discovery_port,
                ),
                name="answer discovery",
            )
        if port and settings.media_mdns:
            tasks.create_task(
                announce_hub(settings.mantel_node, port, settings.public_url, reached),
                name="announce hub",
            )
        themes = dashboards.themes
        telling = Telling(mqtt, registry, job_entities(mqtt, runner), themes.names)
        wishes = Wishes(registry, showing)
        mqtt.subscribe(topics.DISPLAY_SET, wishes.take)
        tasks.create_task(tell_displays(telling, registry), name="tell displays")
        tasks.create_task(
            answer(requests, mqtt, topics.DISPLAY_RESPONSE, display_verbs(showing, themes.named)),
            name="answer requests of displays",
        )
        tasks.create_task(wishes.obey(), name="obey wishes")
        tasks.create_task(follow_cron(runner), name="follow cron")
        tasks.create_task(runner.work(), name="run jobs")
        tasks.create_task(tell_jobs(mqtt, runner), name="tell jobs")
        tasks.create_task(obey_jobs(mqtt, runner), name="obey jobs")
        tasks.create_task(
            answer(job_requests, mqtt, topics.JOB_RESPONSE, job_verbs(runner, job_store)),
            name="answer requests of jobs",
        )
        tasks.create_task(follow_folder(library), name="follow photos")
        asked_of_photos = photo_verbs(library, rotation) | art_verbs(
            variants, library, art_store, lambda: registry.now().astimezone(zone)
        )
        tasks.create_task(
            answer(photo_requests, mqtt, topics.PHOTO_RESPONSE, asked_of_photos),
            name="answer requests of photos",
        )
        tasks.create_task(prepare_pictures(rings, showing), name="prepare pictures")
        tasks.create_task(
            ring_alarms(rings, stream, sounds, showing, speaks=settings.media_speaker),
            name="ring alarms",
        )
        tasks.create_task(
            learn_peaks(sounds, rings.turns.sounds, rings.defined), name="learn peaks"
        )
        if settings.media_speaker:
            tasks.create_task(speak_unheard(rings, sounds, Speaker(executor)), name="speak unheard")
