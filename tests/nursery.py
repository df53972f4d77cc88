"""Server processes that start fast: ``python -m tests.nursery PORT`` imports the product once and forks for each.

Each line on its standard input starts one; its id is printed. They are served as `yinbo run` serves and may be killed.
"""

import os
import sys

import app  # noqa: F401  # what takes long is there before the first fork
from cli import serving


def main() -> None:
    port = int(sys.argv[1])
    while sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            os._exit(serving.serve(serving.bind("127.0.0.1", port), 1))
        print(pid, flush=True)
        os.waitpid(pid, 0)
        print("ended", flush=True)


main()
