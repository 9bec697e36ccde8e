"""The nginx that tests start: what it does with a faulty configuration, and on a bare machine."""

import httpx2
import pytest

from tests.support.machine import program
from tests.support.nginx import fill, nginx

HELLO = 'server {{ listen @{0}@{1}; return 200 "hello from @NAME@"; }}'


def test_listens_at_both_addresses() -> None:
    tls = " ssl; ssl_certificate @CERT@; ssl_certificate_key @KEY@"
    config = HELLO.format("HTTP", "") + HELLO.format("HTTPS", tls)
    with nginx(config, NAME="a test") as proxy:
        assert httpx2.get(proxy.http).text == "hello from a test"
        assert httpx2.get(proxy.https, verify=proxy.trust).text == "hello from a test"
        with pytest.raises(httpx2.ConnectError, match="certificate"):
            httpx2.get(proxy.https)


def test_says_in_nginx_own_words_what_it_does_not_take() -> None:
    with (
        pytest.raises(AssertionError, match='unknown directive "no_such_directive"'),
        nginx("no_such_directive;"),
    ):
        pass


def test_a_place_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="BACKEND"):
        fill("proxy_pass http://@BACKEND@;", {})


def test_a_program_that_is_missing_is_a_reason_to_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "")
    with pytest.raises(pytest.skip.Exception, match="install it to see this"):
        program("no-such-program", "to see this")


def test_where_it_is_promised_it_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="install it to see this"):
        program("no-such-program", "to see this")
