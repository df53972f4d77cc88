"""``python -m checkin.printing.press FOLDER``: prints what comes on its standard input into PDFs in the folder.

A process of its own: drawing ten thousand badges keeps a core busy for half a minute, and what it takes of memory is
given back. Frames of a length (four bytes, big endian) and MessagePack: first the :class:`Sheet`, then lists of
:class:`Face`. Each is answered by a line with the number of badges drawn so far. A document ends after :data:`PART`
badges, so that memory does not grow with their number, and a jam in the printer costs one part, not all.
"""

import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from checkin.printing.drawing import Face, Sheet, draw

PART = 1000
_LENGTH = 4


def frame(thing: Sheet | list[Face]) -> bytes:
    packed = msgspec.msgpack.encode(thing)
    return len(packed).to_bytes(_LENGTH, "big") + packed


def _frames(source: BinaryIO) -> Iterator[bytes]:
    while head := source.read(_LENGTH):
        yield source.read(int.from_bytes(head, "big"))


def _faces(frames: Iterator[bytes], answer: BinaryIO) -> Iterator[Face]:
    """The next frame is asked for when the one before is drawn."""
    done = 0
    for packed in frames:
        for face in msgspec.msgpack.decode(packed, type=list[Face]):
            yield face
            done += 1
        answer.write(b"%d\n" % done)
        answer.flush()


def run(source: BinaryIO, answer: BinaryIO, folder: Path) -> None:
    frames = _frames(source)
    sheet = msgspec.msgpack.decode(next(frames), type=Sheet)
    faces = _faces(frames, answer)
    for number, first in enumerate(faces, 1):
        with (folder / f"{number:03d}.pdf").open("wb") as out:
            draw(out, sheet, itertools.chain([first], itertools.islice(faces, PART - 1)))


def main() -> None:
    os.nice(5)  # the gates go first
    run(sys.stdin.buffer, sys.stdout.buffer, Path(sys.argv[1]))


if __name__ == "__main__":
    main()
