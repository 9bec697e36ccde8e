"""Find the system's Chromium and start it quiet: no updates, no reports, nothing but our pages."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
NAMES += ("google-chrome", "google-chrome-stable", "chrome")
"""What Chromium is called on the PATH of the systems we know.

The first is Chromium without what draws its windows: a page costs a quarter of the time.
"""

ADVICE = (
    "no Chromium found: install one (`apt install chromium`, `brew install --cask chromium`), "
    "or name yours by the variable CHROMIUM"
)
"""What to tell somebody who has none."""

QUIET = (
    "--no-sandbox",  # The sandbox needs rights that containers and root do not have.
    "--disable-gpu",
    "--disable-dev-shm-usage",  # Containers give /dev/shm 64 MB: less than two pages need.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Options that keep the browser to itself."""


def find() -> str | None:
    """Return the path of the system's Chromium, None if there is none.

    The variable CHROMIUM goes before everything found on the PATH.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).is_file() else shutil.which(named)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def launch(playwright: Playwright) -> Browser:
    """Start Chromium without a window.

    Raises:
        SystemExit: there is no Chromium, in words that say how to get one.
    """
    path = find()
    if path is None:
        raise SystemExit(ADVICE)
    return playwright.chromium.launch(executable_path=path, args=list(QUIET))
