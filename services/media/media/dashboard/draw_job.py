"""The job `generate_dashboard`: draw the dashboards now."""

from media.bitmap.profiles import PROFILES
from media.dashboard.page_wish import Wish
from media.dashboard.pages import Pages
from media.job.job import Job, JobError, NoParams, Run

_HOUSE = Wish(PROFILES["eink-1600x1200"], "dashboard")
"""Drawn where no display has asked for one, so that there is something to see."""


def drawing_job(pages: Pages) -> Job:
    """Return the job; pages that have not changed are not drawn again by themselves."""

    async def draw(run: Run, _: NoParams) -> str:
        wishes = pages.wanted() or [_HOUSE]
        drawn = 0
        for number, wish in enumerate(wishes):
            width, height = wish.screen.size
            shown = await pages.draw(wish)
            if shown is None:
                run.log("ERROR", f"{wish.mode} {width} x {height}: cannot be drawn")
            else:
                drawn += 1
                run.log("INFO", f"{wish.mode} {width} x {height}: {shown.theme}")
            run.progress((number + 1) / len(wishes))
        if not drawn:
            raise JobError("no dashboard could be drawn; the service's log says why")
        return f"{drawn} of {len(wishes)} drawn"

    return Job("generate_dashboard", "Draw the dashboards now.", draw, cron="59 * * * *")
