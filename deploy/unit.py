"""The systemd unit for homes without Docker: python -m deploy.unit install|uninstall.

With DESTDIR in the environment the unit is only written below that folder (or removed there),
which needs neither root nor systemd.
"""

import contextlib
import os
import pwd
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = ROOT / "deploy" / "mantel.service"
UNIT = "mantel.service"


class RefusedError(Exception):
    """It cannot be done; the message says what to do."""


def main() -> None:
    """Install or uninstall, as the one argument says."""
    try:
        {"install": install, "uninstall": uninstall}[sys.argv[1]](os.environ)
    except RefusedError as error:
        print(f"install: {error}", file=sys.stderr)
        sys.exit(1)


def render(root: Path, user: str, python: Path) -> str:
    """Return the unit's text; RefusedError for a path that systemd would read otherwise."""
    for path in (root, python):
        if set(str(path)) & set("%$\"'\\\n"):
            raise RefusedError(f"{path!s}: systemd cannot take this path, move the folder")
    text = TEMPLATE.read_text("utf-8")
    for name, value in {"root": root, "user": user, "python": python}.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def chosen_user(environ: Mapping[str, str], owner: int) -> str:
    """Return who the hub runs as: whoever called sudo, else the owner of the clone."""
    return environ.get("SUDO_USER") or pwd.getpwuid(owner).pw_name


def install(environ: Mapping[str, str]) -> None:
    """Write the unit, and start it now and at each boot; again: take over what changed."""
    user = chosen_user(environ, ROOT.stat().st_uid)
    # Not resolved: the environment's python is a link, and only as that finds its packages
    text = render(ROOT, user, Path(sys.executable))
    staged = bool(environ.get("DESTDIR"))
    if not staged:
        _need_systemd()
        _give(ROOT / "data", user)
    path = _path(environ)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    if not staged:
        _systemctl("daemon-reload")
        _systemctl("enable", UNIT)
        _systemctl("restart", UNIT)
        print(f"install: Mantel runs as user {user}, now and after each boot")
        print("install: its log:  journalctl -fu mantel")


def uninstall(environ: Mapping[str, str]) -> None:
    """Stop it and remove the unit, where it is; keep the data."""
    path = _path(environ)
    staged = bool(environ.get("DESTDIR"))
    if not staged:
        _need_systemd()
    if path.exists():
        if not staged:
            _systemctl("disable", "--now", UNIT)
        path.unlink()
        if not staged:
            _systemctl("daemon-reload")
    print(f"uninstall: Mantel does not start at boot; {ROOT / 'data'} is kept")


def _path(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("DESTDIR") or "/") / "etc/systemd/system" / UNIT


def _need_systemd() -> None:
    if not Path("/run/systemd/system").is_dir():
        raise RefusedError("systemd does not run here; start the hub by  make run")
    if os.geteuid() != 0:
        raise RefusedError("only root may do this: put sudo before the command")


def _give(folder: Path, user: str) -> None:
    """Let the user write where root may have run the hub before.

    A hub that runs changes it meanwhile: what has gone is passed over, and no link is followed.
    """
    owner = pwd.getpwnam(user)
    folder.mkdir(exist_ok=True)
    for _, folders, files, opened in os.fwalk(folder.resolve()):
        os.chown(opened, owner.pw_uid, owner.pw_gid)
        for name in (*folders, *files):
            with contextlib.suppress(FileNotFoundError):
                os.chown(name, owner.pw_uid, owner.pw_gid, dir_fd=opened, follow_symlinks=False)


def _systemctl(*arguments: str) -> None:
    if subprocess.run(["systemctl", *arguments], check=False).returncode:
        raise RefusedError(f"systemctl {' '.join(arguments)} failed")


if __name__ == "__main__":
    main()
