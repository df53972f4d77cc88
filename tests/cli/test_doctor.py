"""``yinbo doctor``: what it sees, and that it says what mends it."""

import datetime
import ipaddress
import os
import subprocess
import sys
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cli.doctor.findings import Finding

YINBO = str(Path(sys.executable).parent / "yinbo")


def examined(home: Path, **more: str) -> tuple[int, list[Finding], str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("YINBO_")}
    env |= {f"YINBO_{name}": value for name, value in more.items()}
    done = subprocess.run([YINBO, "doctor", "--json"], env=env, cwd=home, capture_output=True, text=True, check=False)
    return done.returncode, msgspec.json.decode(done.stdout, type=list[Finding]), done.stdout + done.stderr


def prepared(home: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("YINBO_")}
    subprocess.run([YINBO, "migrate"], env=env, cwd=home, check=True, capture_output=True)


def test_an_installation_in_order_has_no_errors(tmp_path: Path) -> None:
    prepared(tmp_path)
    code, found, _ = examined(tmp_path)
    assert code == 0
    assert {one.check for one in found} >= {"settings", "secret", "disk", "clock", "database", "migrations", "mail"}
    assert [one.check for one in found if one.level != "ok"] == ["mail"]


def test_looking_at_an_empty_folder_leaves_it_empty(tmp_path: Path) -> None:
    code, _, _ = examined(tmp_path)
    assert code == 0
    assert list(tmp_path.iterdir()) == []


def test_warnings_leave_exit_code_0_and_name_what_mends_them(tmp_path: Path) -> None:
    code, found, _ = examined(tmp_path, RATE_LIMITS="off", BASE_URL="http://expo.example.org", PROT="1")
    warnings = [one for one in found if one.level == "warning"]
    assert code == 0
    said = " ".join(f"{one.message} {one.mend}" for one in warnings)
    for part in ("rate limits are off", "only to https", "YINBO_TLS_CERT", "did you mean YINBO_PORT"):
        assert part in said


def test_what_does_not_answer_is_an_error_that_shows_no_password(tmp_path: Path) -> None:
    code, found, output = examined(
        tmp_path,
        DATABASE_URL="postgresql://me:hush@127.0.0.1:1/expo",
        SMTP_URL="smtp://me:hush@127.0.0.1:1",
        REDIS_URL="redis://:hush@127.0.0.1:1/0",
    )
    assert code == 1
    assert {one.check for one in found if one.level == "error"} == {"database", "mail", "redis"}
    assert all(one.mend for one in found if one.level != "ok")
    assert "hush" not in output


def test_a_secret_that_others_can_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "secret.key").write_text("x" * 64)
    (tmp_path / "data" / "secret.key").chmod(0o644)
    code, found, _ = examined(tmp_path)
    assert code == 1
    assert [one.mend for one in found if one.check == "secret"] == ["chmod 600 data/secret.key"]


def _certificate(folder: Path, days: int) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "expo")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=30))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("*.example.org"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    _key(folder, key)
    return key


def _key(folder: Path, key: ec.EllipticCurvePrivateKey) -> None:
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def test_a_certificate_is_held_against_date_name_and_key(tmp_path: Path) -> None:
    tls = {"TLS_CERT": "cert.pem", "TLS_KEY": "key.pem"}

    def levels(**more: str) -> list[str]:
        return [one.level for one in examined(tmp_path, **tls, **more)[1] if one.check == "certificate"]

    _certificate(tmp_path, 90)
    assert levels() == ["ok"]
    assert levels(BASE_URL="https://expo.example.org") == ["ok"]
    assert levels(BASE_URL="https://expo.example.com") == ["ok", "error"]
    _certificate(tmp_path, 3)
    assert levels() == ["warning"]
    _certificate(tmp_path, -1)
    assert levels() == ["error"]
    _certificate(tmp_path, 90)
    _key(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    assert "error" in levels()
