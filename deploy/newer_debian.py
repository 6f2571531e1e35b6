"""Programs of Debian 13, run beside the system's own without installing them.

For tests and measures: Mosquitto with WebSockets and MicroPython are not in Debian 12. apt
downloads the packages and checks their signatures, in a state of its own; dpkg unpacks them below
`.debian/` of the repository; their own loader and libraries run them. Nothing of the machine
is changed. Needs no rights.
"""

import fcntl
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

_FOLDER = Path(__file__).resolve().parents[1] / ".debian"
_SUITE = "trixie"
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SECONDS = 180

_PACKAGES = {
    "mosquitto": (
        "libc6 libcap2 libcjson1 libdlt2 libssl3t64 libsystemd0 libwebsockets19t64 libwrap0 "
        "libzstd1 mosquitto zlib1g"
    ),
    "micropython": "libc6 libffi8 libmbedcrypto16 libmbedtls21 libmbedx509-7 micropython",
}
"""What each program needs; the names of libraries change with each release of Debian."""


class UnavailableError(Exception):
    """A program cannot be had here; the message says why."""


def command(program: str) -> list[str]:
    """Return the words by which `program` is started; UnavailableError where it cannot be had.

    It is downloaded at the first call, about 8 MB, and kept.
    """
    folder = _FOLDER / f"{program}-{_SUITE}-{platform.machine()}"
    _FOLDER.mkdir(exist_ok=True)
    with (_FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run in several processes
        if not folder.exists():
            _fetch(_PACKAGES[program].split(), folder)
    loaders = sorted(folder.glob("usr/lib/*/ld-linux*.so.*"))
    binaries = sorted(folder.glob(f"usr/*bin/{program}"))
    if not loaders or not binaries:
        raise UnavailableError(f"{folder} is not complete; remove it and try again")
    return [str(loaders[0]), "--library-path", str(loaders[0].parent), str(binaries[0])]


def _fetch(packages: list[str], folder: Path) -> None:
    """Download and unpack packages; the folder appears when it is complete."""
    missing = [name for name in ("apt-get", "dpkg-deb") if shutil.which(name) is None]
    if missing or not _KEYRING.exists():
        raise UnavailableError(f"there is no {' and '.join(missing) or _KEYRING} here")
    with tempfile.TemporaryDirectory(dir=_FOLDER, prefix="fetching-") as name:
        work = Path(name)
        for each in ("lists/partial", "cache/archives/partial", "deb", "root"):
            (work / each).mkdir(parents=True)
        (work / "suite.list").write_text(f"deb [signed-by={_KEYRING}] {_mirror()} {_SUITE} main\n")
        apt = ["apt-get", "-q", *_state(work)]
        _run([*apt, "update"], work)
        _run([*apt, "download", *packages], work / "deb")
        for package in sorted((work / "deb").glob("*.deb")):
            _run(["dpkg-deb", "--extract", str(package), str(work / "root")], work)
        (work / "root").rename(folder)


def _state(work: Path) -> list[str]:
    """Return the options of an apt that knows this suite alone and leaves nothing behind."""
    options = {
        "Dir::Etc::sourcelist": work / "suite.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State::Lists": work / "lists",
        "Dir::Cache": work / "cache",
        "Acquire::Languages": "none",
        "Acquire::Retries": "1",
        "Acquire::http::Timeout": "20",
        "Acquire::https::Timeout": "20",
    }
    if os.geteuid() == 0:
        options["APT::Sandbox::User"] = "root"  # its own user does not reach this folder
    return [word for key, value in options.items() for word in ("-o", f"{key}={value}")]


def _mirror() -> str:
    """Return the Debian archive that this machine is set to take packages from."""
    said = _run(
        ["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages"],
        Path("/"),
    )
    archives = [line.split()[1] for line in said.splitlines() if line.startswith("Debian ")]
    if not archives:
        raise UnavailableError("there is no Debian archive among apt's sources")
    return archives[0].rstrip("/")


def _run(words: list[str], directory: Path) -> str:
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            words,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnavailableError(f"{words[0]} took longer than {_SECONDS} s") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise UnavailableError(f"{words[0]} failed: {(said or ['?'])[-1]}")
    return done.stdout
