"""The file: a zip with ``tables/NAME.jsonl`` (a row a line, in values that both databases understand), ``files/`` of
the data folder, ``secrets.json`` if asked for, and at the end ``manifest.json`` with counts and checksums."""

import base64
import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec

FORMAT = 1
MANIFEST = "manifest.json"
SECRETS = "secrets.json"

Kind = Literal[
    "int",
    "boolean",
    "text",
    "timestamptz",
    "timestamp",
    "date",
    "time",
    "bytes",
    "float",
    "numeric",
    "uuid",
    "interval",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Refused(Exception):
    """One line for whoever asked."""


class Column(msgspec.Struct, frozen=True):
    name: str
    kind: Kind


class TableInfo(msgspec.Struct):
    name: str
    columns: list[Column]
    rows: int = 0
    sha256: str = ""


class FileInfo(msgspec.Struct):
    path: str
    size: int
    sha256: str


class Manifest(msgspec.Struct):
    version: str
    made_at: datetime
    database: Literal["sqlite", "postgres"]
    #: App to the names of the migrations that have run.
    migrations: dict[str, list[str]]
    tables: list[TableInfo]
    files: list[FileInfo]
    #: ``table.column`` to the last number given out.
    sequences: dict[str, int]
    head: str
    with_secrets: bool
    format: int = FORMAT


class Secrets(msgspec.Struct):
    secret_key: str


def kind_of(declared: str) -> Kind:
    """From the type that either database names in its catalogue."""
    name = declared.lower().partition("(")[0].strip()
    for kind, names in _NAMES.items():
        if name in names:
            return kind
    raise Refused(f"columns of the type {declared} can't be backed up")


_NAMES: dict[Kind, tuple[str, ...]] = {
    "int": ("integer", "bigint", "smallint", "int", "serial", "bigserial"),
    "boolean": ("boolean",),
    "text": ("text", "varchar", "character varying", "char", "character", "json", "jsonb"),
    "timestamptz": ("timestamptz", "timestamp with time zone"),
    "timestamp": ("timestamp", "timestamp without time zone"),
    "date": ("date",),
    "time": ("time", "time without time zone"),
    "bytes": ("bytea", "blob"),
    "float": ("double precision", "real", "float"),
    "numeric": ("numeric", "decimal"),
    "uuid": ("uuid",),
    "interval": ("interval", "seconds"),
}


def _moment(value: Any) -> str:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return (moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


#: From what the database's driver gives to what JSON holds.
TO_JSON: dict[Kind, Callable[[Any], Any]] = {
    "int": int,
    "boolean": bool,
    "text": str,
    "timestamptz": _moment,
    "timestamp": lambda v: (v if isinstance(v, datetime) else datetime.fromisoformat(v)).isoformat(),
    "date": str,
    "time": str,
    "bytes": lambda v: base64.b64encode(v).decode(),
    "float": float,
    "numeric": str,
    "uuid": str,
    "interval": lambda v: v.total_seconds() if isinstance(v, timedelta) else float(v),
}
TO_POSTGRES: dict[Kind, Callable[[Any], Any]] = {
    "int": int,
    "boolean": bool,
    "text": str,
    "timestamptz": datetime.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "bytes": base64.b64decode,
    "float": float,
    "numeric": Decimal,
    "uuid": UUID,
    "interval": lambda v: timedelta(seconds=v),
}
#: As Piccolo writes them.
TO_SQLITE: dict[Kind, Callable[[Any], Any]] = {
    **dict.fromkeys(KINDS, lambda v: v),
    "boolean": int,
    "timestamptz": lambda v: str(datetime.fromisoformat(v)),
    "timestamp": lambda v: str(datetime.fromisoformat(v)),
    "bytes": base64.b64decode,
    "numeric": float,
}


class Writer:
    """Writes the file under another name, readable by its owner alone, and names it when all is on the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fresh = path.with_name(f".{path.name}.{os.getpid()}.part")

    def __enter__(self) -> "Writer":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._fresh.unlink(missing_ok=True)
        self._file = os.fdopen(os.open(self._fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        return self

    @contextmanager
    def table(self, info: TableInfo) -> Iterator[Callable[[Any], None]]:
        """Gives what takes a row; counts and hashes as it goes."""
        converters = [TO_JSON[column.kind] for column in info.columns]
        digest, encode = hashlib.sha256(), msgspec.json.encode

        with self._zip.open(f"tables/{info.name}.jsonl", "w", force_zip64=True) as member:

            def put(row: Any) -> None:
                values = [None if v is None else convert(v) for convert, v in zip(converters, row, strict=True)]
                line = encode(values) + b"\n"
                digest.update(line)
                member.write(line)
                info.rows += 1

            yield put
        info.sha256 = digest.hexdigest()

    def file(self, path: str, source: Path) -> FileInfo:
        digest, size = hashlib.sha256(), 0
        with source.open("rb") as read, self._zip.open(f"files/{path}", "w", force_zip64=True) as member:
            while part := read.read(1 << 20):
                digest.update(part)
                member.write(part)
                size += len(part)
        return FileInfo(path, size, digest.hexdigest())

    def text(self, path: str, text: str) -> FileInfo:
        data = text.encode()
        self._zip.writestr(f"files/{path}", data)
        return FileInfo(path, len(data), hashlib.sha256(data).hexdigest())

    def secrets(self, secrets: Secrets) -> None:
        self._zip.writestr(SECRETS, msgspec.json.encode(secrets))

    def finish(self, manifest: Manifest) -> None:
        self._zip.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._fresh.replace(self._path)

    def __exit__(self, *_: object) -> None:
        if not self._file.closed:
            self._zip.close()
            self._file.close()
        self._fresh.unlink(missing_ok=True)


class Reader:
    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            self.manifest = msgspec.json.decode(self._zip.read(MANIFEST), type=Manifest)
        except (OSError, zipfile.BadZipFile, KeyError, msgspec.MsgspecError) as error:
            raise Refused(f"{path} is no backup of ours, or it is damaged: {error}") from error
        if self.manifest.format > FORMAT:
            self._zip.close()
            raise Refused(f"{path} was made by a newer version ({self.manifest.version}): restore it with that one")

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def check(self) -> None:
        """Every member against its checksum, before anything is touched."""
        for name, expected in [
            *((f"tables/{table.name}.jsonl", table.sha256) for table in self.manifest.tables),
            *((f"files/{file.path}", file.sha256) for file in self.manifest.files),
        ]:
            try:
                digest = hashlib.sha256()
                with self._zip.open(name) as member:
                    while part := member.read(1 << 20):
                        digest.update(part)
            except (KeyError, OSError, zipfile.BadZipFile, zlib.error) as error:
                raise Refused(f"{name} is missing or damaged: {error}") from error
            if digest.hexdigest() != expected:
                raise Refused(f"{name} does not fit its checksum")
        for file in self.manifest.files:
            pure = PurePosixPath(file.path)
            if pure.is_absolute() or ".." in pure.parts:
                raise Refused(f"{file.path} would lie outside the data folder")

    def rows(self, table: TableInfo) -> Iterator[list[Any]]:
        decode = msgspec.json.Decoder(list[Any]).decode
        with self._zip.open(f"tables/{table.name}.jsonl") as member:
            for line in member:
                yield decode(line)

    def extract(self, file: FileInfo, folder: Path) -> None:
        target = folder / PurePosixPath(file.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.part")
        with self._zip.open(f"files/{file.path}") as member, fresh.open("wb") as written:
            while part := member.read(1 << 20):
                written.write(part)
        fresh.replace(target)

    def secrets(self) -> Secrets:
        return msgspec.json.decode(self._zip.read(SECRETS), type=Secrets)
