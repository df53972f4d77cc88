"""``yinbo users`` and ``yinbo tokens``: without a server, on an empty folder as well."""

import asyncio
import json

from click.testing import CliRunner, Result

from cli import main
from core import db
from core.accounts import queries
from core.accounts.services import signin
from core.accounts.services.signin import From

PASSWORD = "纸鹤飞过三江口 paper cranes"


def yinbo(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, list(words), input=typed)


def test_an_account_with_a_password_signs_in(database: None) -> None:
    done = yinbo(
        *("users", "add", "Lin@Example.com", "--role", "gate", "--role", "viewer", "--name", "林"),
        "--password-stdin",
        typed=PASSWORD + "\n",
    )
    assert (done.exit_code, done.stdout) == (0, "")

    async def entered() -> bool:
        async with db.lifespan():
            return bool((await signin.by_password("lin@example.com", PASSWORD, From("", ""))).session)

    assert asyncio.run(entered())
    (listed,) = json.loads(yinbo("users", "list", "--json").stdout)
    assert (listed["email"], listed["roles"], listed["disabled"]) == ("lin@example.com", ["gate", "viewer"], False)
    assert not {"password_hash", "totp_secret"} & set(listed)


def test_without_a_password_the_invitation_stands_alone_on_stdout(database: None) -> None:
    done = yinbo("users", "add", "lin@example.com", "--role", "gate", "--name", "林")
    assert done.exit_code == 0
    assert done.stdout.startswith("http://127.0.0.1:8000/invite/")
    assert done.stdout.count("\n") == 1


def test_refusals_are_one_line_and_exit_code_1_and_wrong_usage_is_2(database: None) -> None:
    add = ("users", "add", "lin@example.com", "--role", "gate", "--name", "林")
    assert yinbo(*add).exit_code == 0
    refusals: list[tuple[str, ...]] = [
        add,
        ("users", "add", "no address", *add[3:]),
        ("users", "disable", "nobody@example.com"),
    ]
    for words in refusals:
        refused = yinbo(*words)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert refused.stderr.count("\n") == 1
    short = yinbo(*add[:2], "li@example.com", *add[3:], "--password-stdin", typed="short\n")
    assert short.exit_code == 1
    assert "ten characters" in short.stderr
    misused: list[tuple[str, ...]] = [
        ("users", "add", "a@example.com"),
        ("tokens", "add", "x", "--role", "king"),
        ("users", "roles", "x"),
    ]
    for words in misused:
        assert yinbo(*words).exit_code == 2


def test_disabling_enabling_and_roles(database: None) -> None:
    yinbo("users", "add", "lin@example.com", "--role", "admin", "--name", "林")
    last = yinbo("users", "disable", "lin@example.com")
    assert last.exit_code == 1, "the last administrator stays"
    yinbo("users", "add", "he@example.com", "--role", "admin", "--name", "何")
    assert yinbo("users", "disable", "lin@example.com").exit_code == 0
    assert "(disabled)" in yinbo("users", "list").stdout
    assert yinbo("users", "enable", "lin@example.com").exit_code == 0
    changed = yinbo("users", "roles", "lin@example.com", "--add", "signing", "--remove", "admin")
    assert (changed.exit_code, changed.stdout) == (0, "signing\n")


def test_a_token_is_printed_once_and_revoked_by_its_name(database: None) -> None:
    made = yinbo("tokens", "add", "闸机 1", "--role", "gate", "--checkpoint", "n1")
    assert made.exit_code == 0
    token = made.stdout.strip()
    assert token.startswith("yb_")

    async def whose() -> queries.Program | None:
        async with db.lifespan():
            return await queries.program(token)

    program = asyncio.run(whose())
    assert program is not None
    assert (program.actor.name, program.checkpoint) == ("闸机 1", "N1")
    assert yinbo("tokens", "add", "闸机 1", "--role", "gate").exit_code == 1
    (listed,) = json.loads(yinbo("tokens", "list", "--json").stdout)
    assert token not in str(listed)
    assert yinbo("tokens", "revoke", "闸机 1").exit_code == 0
    assert asyncio.run(whose()) is None
    assert yinbo("tokens", "revoke", "闸机 1").exit_code == 1
