"""A database as an older e-ink server's Django makes it: tables and columns of that shape."""

import sqlite3
from contextlib import closing
from pathlib import Path

SCHEMA = """
CREATE TABLE django_migrations (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT, app varchar(255) NOT NULL,
    name varchar(255) NOT NULL, applied datetime NOT NULL);
CREATE TABLE auth_user (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT, password varchar(128) NOT NULL,
    username varchar(150) NOT NULL UNIQUE, is_active bool NOT NULL);
CREATE TABLE authtoken_token (
    key varchar(40) NOT NULL PRIMARY KEY, created datetime NOT NULL,
    user_id integer NOT NULL UNIQUE REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE frames_display (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT, host varchar(255) NOT NULL,
    hardware_id varchar(64) NOT NULL UNIQUE, human_readable_id varchar(32) NOT NULL UNIQUE,
    timezone varchar(64) NOT NULL, default_mode varchar(16) NOT NULL,
    override_mode varchar(16) NULL, last_seen datetime NULL,
    x_res integer unsigned NOT NULL CHECK ("x_res" >= 0),
    y_res integer unsigned NOT NULL CHECK ("y_res" >= 0),
    user_id integer NOT NULL UNIQUE REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE frames_weeklyrule (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT, weekday smallint NOT NULL,
    start_time time NOT NULL, end_time time NOT NULL, mode varchar(16) NOT NULL,
    active bool NOT NULL,
    display_id bigint NOT NULL REFERENCES frames_display (id) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE frames_sourceimage (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT, path varchar(1024) NOT NULL UNIQUE,
    classification text NULL, score real NOT NULL, favorite bool NOT NULL);
CREATE TABLE frames_variant (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT, path varchar(1024) NULL,
    art_style varchar(64) NULL, score real NOT NULL, favorite bool NOT NULL,
    source_image_id bigint NULL REFERENCES frames_sourceimage (id) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE frames_appsettings (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT, setup_completed bool NOT NULL,
    discovery_port integer NOT NULL, openai_key varchar(255) NULL,
    image_source_dir varchar(1024) NOT NULL, image_generation_dir varchar(1024) NOT NULL);
"""
DAY = (
    ("00:00:00", "06:00:00", "photo"),
    ("06:00:00", "09:00:00", "dashboard"),
    ("09:00:00", "12:00:00", "photo"),
    ("12:00:00", "14:00:00", "dashboard"),
    ("14:00:00", "00:00:00", "photo"),
)
"""What the old server gave to each display, five rules a day."""


class OldServer:
    """The database of a server that is not there any more."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run(SCHEMA)

    def run(self, script: str) -> None:
        with closing(sqlite3.connect(self.path)) as base:
            base.executescript(script)

    def add(self, table: str, **values: object) -> int:
        """Add a row, and return its id."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        with closing(sqlite3.connect(self.path)) as base, base:
            done = base.execute(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
                tuple(values.values()),
            )
            return int(done.lastrowid or 0)

    def display(
        self,
        id_: str,
        hardware_id: str,
        token: str,
        *,
        days: tuple[int, ...] = (),
        **changed: object,
    ) -> int:
        """Add a display with its user and token; of `days` each has the usual five rules."""
        user = self.add("auth_user", username=f"disp-{id_}", password="!", is_active=True)
        if token:
            self.add("authtoken_token", key=token, created="2025-01-01 00:00:00", user_id=user)
        values = {
            "host": "localhost:8000", "hardware_id": hardware_id, "human_readable_id": id_,
            "timezone": "Europe/Brussels", "default_mode": "photo", "override_mode": None,
            "last_seen": "2025-06-01 10:00:00", "x_res": 1200, "y_res": 1600, "user_id": user,
        }  # fmt: skip
        display = self.add("frames_display", **{**values, **changed})
        for day in days:
            for start, end, mode in DAY:
                self.rule(display, day, start, end, mode)
        return display

    def rule(
        self, display: int, day: int, start: str, end: str, mode: str, *, active: bool = True
    ) -> None:
        self.add(
            "frames_weeklyrule", display_id=display, weekday=day, start_time=start, end_time=end,
            mode=mode, active=active,
        )  # fmt: skip
