"""People, how they sign in, and the tokens of programs. No secret is stored as it is: only its hash, or encrypted.

Personal columns: ``account.email``, ``account.name``, ``account_session.user_agent``, ``account_session.address``.
"""

from piccolo.columns import BigInt, Boolean, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class Account(Table, tablename="account"):
    id: Serial
    #: Lower case; what one signs in with.
    email = Varchar(length=254, unique=True)
    name = Varchar(length=100)
    locale = Varchar(length=10)
    #: argon2id in PHC form; empty until a password was chosen.
    password_hash = Text(default="")
    #: Encrypted base32; empty without a second factor.
    totp_secret = Text(default="")
    totp_confirmed = Boolean(default=False)
    #: The last 30-second step that was used: a code counts once.
    totp_step = BigInt(default=0)
    disabled = Boolean(default=False)
    created_at = Timestamptz()


class AccountRole(Table, tablename="account_role"):
    id: Serial
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    role = Varchar(length=20)


class AccountSession(Table, tablename="account_session"):
    """A browser that is signed in."""

    id: Serial
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False, index=True)
    #: SHA-256 of the cookie's value.
    token_hash = Varchar(length=64, unique=True)
    #: Signed in without the second factor that its role demands: may only set one up.
    limited = Boolean(default=False)
    user_agent = Varchar(length=200)
    #: Shortened: /24 or /48.
    address = Varchar(length=45)
    created_at = Timestamptz()
    last_seen_at = Timestamptz()
    expires_at = Timestamptz()


class RecoveryCode(Table, tablename="recovery_code"):
    id: Serial
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False, index=True)
    code_hash = Varchar(length=64)
    used_at = Timestamptz(default=None, null=True)


class OneTimeLink(Table, tablename="one_time_link"):
    """A link that works once: invitation, password reset, sign-in by mail, second step, set-up."""

    id: Serial
    purpose = Varchar(length=20)
    token_hash = Varchar(length=64, unique=True)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=True, default=None)
    created_at = Timestamptz()
    expires_at = Timestamptz()
    used_at = Timestamptz(default=None, null=True)


class ApiToken(Table, tablename="api_token"):
    """A program's key; each is a person of its own."""

    id: Serial
    name = Varchar(length=100, unique=True)
    token_hash = Varchar(length=64, unique=True)
    role = Varchar(length=20)
    #: Bound to one checkpoint when not empty.
    checkpoint = Varchar(length=40, default="")
    created_by = Varchar(length=60)
    created_at = Timestamptz()
    last_used_at = Timestamptz(default=None, null=True)
    revoked_at = Timestamptz(default=None, null=True)


class SignInThrottle(Table, tablename="sign_in_throttle"):
    """Failures in a row for a keyed hash of an account or an address."""

    id: Serial
    key = Varchar(length=64, unique=True)
    failures = Integer(default=0)
    last_at = Timestamptz()
    until = Timestamptz()


class RolePolicy(Table, tablename="role_policy"):
    """Roles that must have a second factor."""

    id: Serial
    role = Varchar(length=20, unique=True)
    totp_required = Boolean(default=False)
