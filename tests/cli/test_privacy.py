from click.testing import CliRunner

from cli import main
from tests.cli.test_editions import ADD


def test_a_purge_keeps_to_what_people_were_promised_unless_told_otherwise(database: None) -> None:
    runner = CliRunner()
    assert runner.invoke(main, ADD).exit_code == 0
    for days in ("90", "365"):
        refused = runner.invoke(main, ["privacy", "purge", "--days", days])
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "promises another number of days" in refused.stderr
        assert runner.invoke(main, ["privacy", "purge", "--days", days, "--dry-run"]).exit_code == 0
    assert runner.invoke(main, ["privacy", "purge", "--days", "180"]).stdout == "No edition is due.\n"
    told = runner.invoke(main, ["privacy", "purge", "--days", "365", "--against-notice"])
    assert (told.exit_code, told.stdout) == (0, "No edition is due.\n")
