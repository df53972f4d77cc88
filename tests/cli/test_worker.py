"""``yinbo worker``: sends what another process wrote, and stops when asked to."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from core.config import settings
from core.db import transaction
from core.mail.services import compose, enqueue
from core.mail.tables import MailMessage
from tests.postbox import postbox

pytestmark = pytest.mark.anyio


async def test_a_worker_beside_the_server_sends_and_stops_kindly(opened: None, monkeypatch: pytest.MonkeyPatch) -> None:
    async with postbox() as box:
        monkeypatch.setenv("YINBO_SMTP_URL", f"smtp://127.0.0.1:{box.port}")
        settings.cache_clear()
        try:
            async with transaction():
                await enqueue("li@example.com", compose("password_changed", "zh-CN", name="示例 李"))
            process = await asyncio.create_subprocess_exec(
                Path(sys.executable).parent / "yinbo",
                "worker",
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                await box.until(1)
            finally:
                process.terminate()
            _, said = await process.communicate()
        finally:
            monkeypatch.undo()
            settings.cache_clear()
    assert (process.returncode, said.decode()) == (0, "yinbo: working; stop with Ctrl+C\n")
    assert [row["state"] for row in await MailMessage.select(MailMessage.state)] == ["sent"]
