"""The job `generate_dashboard` on a running hub."""

from click.testing import CliRunner

from mantel.command import main
from tests.e2e.conftest import Hub
from tests.e2e.eink import Eink


def test_dashboards_are_drawn_by_hand(hub: Hub) -> None:
    """Those that displays show; where none does, the house's own, so that there is one."""
    eink = Eink(hub)
    environment = {**hub.broker.environment("operator"), "TERM": "dumb"}

    def mantel(*words: str) -> str:
        done = CliRunner().invoke(main, ["job", *words], env=environment)
        assert done.exit_code == 0, done.stderr
        return done.output

    assert mantel("run", "generate_dashboard").startswith("generate_dashboard: 1 of 1 drawn")
    device = eink.join("1", 800, 480)
    assert eink.get("/api/display/dashboard", device.token).status == 200
    assert "2 of 2 drawn" in mantel("run", "generate_dashboard")
    log = mantel("log", "generate_dashboard")
    assert "dashboard 1200 x 1600: portrait" in log
    assert "dashboard 800 x 480: landscape" in log
