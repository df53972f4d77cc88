import io
import json
from pathlib import Path

import openpyxl
from click.testing import CliRunner

from cli import main
from tests.cli.test_editions import ADD
from tests.sheets import HEADINGS, firm, workbook


def test_a_file_is_read_in_once_and_comes_out_again(database: None, tmp_path: Path) -> None:
    runner, file, out = CliRunner(), tmp_path / "名单.xlsx", tmp_path / "out.xlsx"
    assert runner.invoke(main, ["exhibitors", "import", __file__]).exit_code == 1  # no edition
    runner.invoke(main, ADD)
    file.write_bytes(workbook([[*HEADINGS, "备注"], [*firm(1), ""], [*firm(2), ""]]))
    dry = runner.invoke(main, ["exhibitors", "import", str(file), "--dry-run"])
    assert (dry.exit_code, dry.stdout) == (0, "2 new, 0 there already; nothing was stored (--dry-run).\n")
    assert "not taken: column H '备注'" in dry.stderr
    assert runner.invoke(main, ["exhibitors", "import", str(file)]).stdout == "2 stored, 0 there already.\n"
    again = runner.invoke(main, ["exhibitors", "import", str(file), "--json"])
    told = json.loads(again.stdout)
    assert (told["stored"], told["fresh"], told["there"], told["faulty"]) == (0, 0, 2, 0)
    assert runner.invoke(main, ["export", "exhibitors", str(out), "--lang", "en"]).exit_code == 0
    rows = list(openpyxl.load_workbook(io.BytesIO(out.read_bytes())).worksheets[0].iter_rows(values_only=True))
    assert (rows[0][2], [row[2] for row in rows[1:]]) == ("Name of the organisation", ["示例企业1号", "示例企业2号"])
    assert runner.invoke(main, ["export", "exhibitors-template", str(out)]).exit_code == 0


def test_a_fault_is_told_by_row_and_column_and_ends_with_1(database: None, tmp_path: Path) -> None:
    runner, file = CliRunner(), tmp_path / "a.xlsx"
    runner.invoke(main, ADD)
    file.write_bytes(workbook([HEADINGS, firm(1), firm(2, 手机="1.38E+10")]))
    done = runner.invoke(main, ["exhibitors", "import", str(file)])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "row 3, column D (手机)" in done.stderr
    assert "nothing was stored" in done.stderr.splitlines()[-1]
    file.write_bytes(b"%PDF-1.7")
    refused = runner.invoke(main, ["exhibitors", "import", str(file)])
    assert (refused.exit_code, refused.stderr) == (1, "yinbo: Please choose a spreadsheet: .xlsx or .csv.\n")
