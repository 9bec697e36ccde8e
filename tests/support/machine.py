"""What the machine must have for a test: a program, a certificate made with it."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """Skip the test, whose machine lacks something, with `reason`, which says how to get it.

    With CI=true it is a failure: there, a skip would go unread.
    """
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def program(name: str, purpose: str) -> str:
    """Return the path of a program; without it, the test is skipped, or fails with CI=true."""
    # Debian has nginx where an ordinary user does not look.
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))
    return shutil.which(name, path=path) or missing(f"no {name} found: install it {purpose}")


def certificate(folder: Path) -> tuple[Path, Path]:
    """Write a key and a certificate for 127.0.0.1, signed by nobody else, and return their paths.

    A client that takes the certificate for its authority trusts the server that shows it.
    """
    openssl = program("openssl", "to make a certificate for https")
    key, cert = folder / "key.pem", folder / "cert.pem"
    # An elliptic key is made at once, where an RSA key takes a second.
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt"),
            *("ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert),
        ],
        check=True,
        capture_output=True,
    )
    return key, cert
