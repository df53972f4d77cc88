"""``python -m tests``: the suite on SQLite, then on PostgreSQL where one answers."""

import os
import subprocess
import sys


def main() -> int:
    worst = 0
    for backend in ("sqlite", "postgres"):
        print(f"── {backend} ──", flush=True)
        env = {**os.environ, "YINBO_TEST_DATABASE": backend}
        done = subprocess.run([sys.executable, "-m", "pytest", "-q", *sys.argv[1:]], env=env, check=False)
        worst = worst or done.returncode
    return worst


sys.exit(main())
