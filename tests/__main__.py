"""``python -m tests``: the suite on SQLite, then what touches a database on PostgreSQL where one answers.

``YINBO_TEST_REQUIRE=postgres,browser`` makes a missing one a failure. Further arguments go to pytest.
"""

import asyncio
import getpass
import os
import re
import shutil
import subprocess
import sys

from tests.browser.chromium import CHROMIUM

_RESULT = re.compile(r"\d+ (passed|failed|error)|no tests ran")


def _postgres() -> tuple[str, str]:
    """The address of a server where databases can be made; else empty, and why not."""
    import asyncpg

    async def try_one(url: str) -> str:
        try:
            connection = await asyncpg.connect(url, timeout=5)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            return f"{type(error).__name__}"
        try:
            may = await connection.fetchval("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
        finally:
            await connection.close()
        return "" if may else "may not create databases"

    given = os.environ.get("YINBO_TEST_POSTGRES_URL")
    users = dict.fromkeys(["postgres", getpass.getuser(), "root"])
    urls = [given] if given else [f"postgresql://{user}@127.0.0.1:5432/postgres" for user in users]
    why = ""
    for url in urls:
        fault = asyncio.run(try_one(url))
        if not fault:
            return url, ""
        why = why or f"no PostgreSQL that tests can use at {url.rpartition('@')[2]} ({fault})"
    return "", why


def _pytest(backend: str, arguments: list[str], **more: str) -> tuple[int, str]:
    """The exit code and pytest's last line; everything it says is passed on as it comes."""
    env = {**os.environ, "YINBO_TEST_DATABASE": backend, **more}
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    last = "pytest said nothing"
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            if _RESULT.search(line):
                last = line.strip().strip("=").strip()
    return process.returncode, last


def main() -> int:
    required = set(os.environ.get("YINBO_TEST_REQUIRE", "").replace(",", " ").split())
    arguments = sys.argv[1:]
    # Two at a time; a file stays together, for its fixtures are shared.
    parallel = [] if any(word.startswith("-n") for word in arguments) else ["-n", "2", "--dist", "loadfile"]
    worst = 0
    summary: list[str] = []

    print("── sqlite ──", flush=True)
    code, last = _pytest("sqlite", [*parallel, *arguments])
    worst = worst or code
    summary.append(f"sqlite: {last}")
    if not CHROMIUM:
        summary.append("browser: skipped, no Chromium on the path")
        worst = worst or int("browser" in required)

    url, why = _postgres()
    if url:
        print("── postgres ──", flush=True)
        code, last = _pytest("postgres", [*parallel, *arguments], YINBO_TEST_POSTGRES_URL=url)
        # 5: of what was asked for, nothing touches a database.
        worst = worst or (0 if code == 5 else code)
        summary.append(f"postgres: {last}")
    else:
        summary.append(f"postgres: skipped, {why}")
        worst = worst or int("postgres" in required)

    for name in sorted(required - {"postgres", "browser"}):
        summary.append(f"YINBO_TEST_REQUIRE: {name!r} is not known")
        worst = worst or 2
    if not shutil.which("redis-server"):
        summary.append("redis: tests that need a server of their own were skipped")
    print("── summary ──", *summary, sep="\n", flush=True)
    return worst


sys.exit(main())
