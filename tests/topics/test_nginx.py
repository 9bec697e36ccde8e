"""The nginx that tests start: what it does with a faulty configuration, and on a bare machine."""

import httpx2
import pytest

from tests.support.machine import program
from tests.support.nginx import change, fill, nginx, nginx_file

FILE = """\
daemon off;
pid /tmp/of-a-reader/nginx.pid;
error_log /tmp/of-a-reader/errors;
events { }
http {
    access_log off;
    client_body_temp_path /tmp/of-a-reader/body;
    proxy_temp_path /tmp/of-a-reader/proxy;
    fastcgi_temp_path /tmp/of-a-reader/fastcgi;
    uwsgi_temp_path /tmp/of-a-reader/uwsgi;
    scgi_temp_path /tmp/of-a-reader/scgi;
    server {
        listen 127.0.0.1:8080;
        listen 127.0.0.1:8443 ssl;
        ssl_certificate /tmp/of-a-reader/cert.pem;
        ssl_certificate_key /tmp/of-a-reader/key.pem;
        return 200 "127.0.0.1:8000";
    }
}
"""
HELLO = 'server {{ listen @{0}@{1}; return 200 "hello from @NAME@"; }}'


def test_listens_at_both_addresses() -> None:
    tls = " ssl; ssl_certificate @CERT@; ssl_certificate_key @KEY@"
    config = HELLO.format("HTTP", "") + HELLO.format("HTTPS", tls)
    with nginx(config, NAME="a test") as proxy:
        assert httpx2.get(proxy.http).text == "hello from a test"
        assert httpx2.get(proxy.https, verify=proxy.trust).text == "hello from a test"
        with pytest.raises(httpx2.ConnectError, match="certificate"):
            httpx2.get(proxy.https)


def test_a_reader_s_whole_file_gets_addresses_and_a_folder_of_its_own() -> None:
    with nginx_file(FILE, BACKEND=1) as one, nginx_file(FILE, BACKEND=2) as other:
        assert httpx2.get(one.http).text == "127.0.0.1:1"
        assert httpx2.get(other.https, verify=other.trust).text == "127.0.0.1:2"


def test_after_each_reload_the_new_configuration_counts() -> None:
    with nginx_file(FILE, BACKEND=1) as proxy:
        for words in ("once", "twice"):
            proxy.configure(change(FILE, {"127.0.0.1:8000": words}))
            proxy.reload()
            assert httpx2.get(proxy.http).text == words


def test_once_it_has_ended_nobody_listens() -> None:
    with nginx_file(FILE, BACKEND=1) as proxy:
        proxy.stop()
        with pytest.raises(httpx2.ConnectError, match="refused"):
            httpx2.get(proxy.http)


def test_a_change_that_would_change_nothing_is_an_error() -> None:
    with pytest.raises(AssertionError, match="There is no 'listen 9000' to change"):
        change(FILE, {"listen 9000": "listen 9001"})


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
