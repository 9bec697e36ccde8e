"""Clients that break the rules, over a bare TCP socket: no library would send what they send.

`HANDSHAKES` never get as far as a WebSocket, `MESSAGES` come over an open one, `DEPARTURES` are
ways to be gone, and `REQUESTS` are plain HTTP with something wrong. Each is a function of a
`Target`, under a name that completes the sentence "the others were no longer served after ...".
"""

import base64
import select
import socket
import struct
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA

PATIENCE = 10.0
"""Seconds a hostile client waits for the server before it gives up."""

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Target:
    """Where a hostile client goes: a server's port, a WebSocket's path, and how to say a thing.

    `find` returns the path, which may be good for one visit only, and so is asked for at each.
    """

    port: int
    find: Callable[[], str]
    say: Callable[[str], str]

    @property
    def path(self) -> str:
        """The path of the next visit."""
        return self.find()


Attack = Callable[[Target], None]

HANDSHAKES: dict[str, Attack] = {}
MESSAGES: dict[str, Attack] = {}
DEPARTURES: dict[str, Attack] = {}
REQUESTS: dict[str, Attack] = {}


def frame(  # noqa: PLR0913 - each is one thing that can be wrong with a frame
    payload: bytes = b"",
    opcode: int = TEXT,
    *,
    fin: bool = True,
    reserved: int = 0,
    masked: bool = True,
    length: int | None = None,
) -> bytes:
    """Return a frame as a client sends it, or with one thing wrong; `length` is what it claims."""
    claimed = len(payload) if length is None else length
    head = bytes([(0x80 if fin else 0) | reserved << 4 | opcode])
    mask_bit = 0x80 if masked else 0
    if claimed < 126:
        head += bytes([mask_bit | claimed])
    elif claimed < 1 << 16:
        head += struct.pack("!BH", mask_bit | 126, claimed)
    else:
        head += struct.pack("!BQ", mask_bit | 127, claimed)
    # A mask of zeros is a valid mask, and leaves the payload as it is.
    return head + (bytes(4) if masked else b"") + payload


class Raw:
    """A TCP connection to the server that sends what it is told, right or wrong."""

    def __init__(self, target: Target, receive_buffer: int | None = None) -> None:
        self.target = target
        self._received = b""
        self.socket = socket.socket()
        if receive_buffer is not None:
            # Before connecting: the window is agreed on in the first packet.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(("127.0.0.1", target.port))

    def send(self, data: bytes) -> bool:
        """Send all of it; False if the server has hung up."""
        try:
            self.socket.sendall(data)
        except ConnectionError:
            return False
        return True

    def say(self, text: str) -> bool:
        """Send a valid message of the lesson."""
        return self.send(frame(self.target.say(text).encode()))

    def handshake(self, path: str | None = None, extra: str = "") -> str:
        """Ask for a WebSocket and return the head of the answer."""
        self.send(request(self.target, path=path, extra=extra))
        return self.head()

    def head(self) -> str:
        """Return the head of an HTTP answer, empty if the server hung up without one."""
        while b"\r\n\r\n" not in self._received and self._more():
            pass
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        return head.decode("latin-1")

    def frames(self) -> Iterator[tuple[int, bytes]]:
        """Yield what the server sends, as opcode and payload, until it hangs up."""
        while (got := self._frame()) is not None:
            yield got

    def is_dealt_with(self) -> None:
        """Wait until the server has seen everything sent so far: it answers a ping or hangs up.

        Raises:
            AssertionError: it did neither.
        """
        self.send(frame(b"seen?", PING))
        try:
            for opcode, payload in self.frames():
                if opcode == CLOSE or (opcode == PONG and payload == b"seen?"):
                    return
        except TimeoutError:
            raise AssertionError(
                f"the server neither answered nor hung up in {PATIENCE} s"
            ) from None

    def close_code(self) -> int | None:
        """Return the code the server closes with, None if it hangs up without one."""
        for opcode, payload in self.frames():
            if opcode == CLOSE:
                return int.from_bytes(payload[:2]) if len(payload) > 1 else 1005
        return None

    def floods(self, data: bytes, total: int) -> None:
        """Send up to `total` bytes without reading, and stop when nothing more goes in."""
        self.socket.settimeout(0)
        sent = 0
        while sent < total:
            _, writable, _ = select.select([], [self.socket], [], 0.2)
            if not writable:
                break
            try:
                sent += self.socket.send(data[sent % len(data) :])
            except ConnectionError:
                break
        self.socket.settimeout(PATIENCE)

    def sends_despite_answer(self, chunks: Iterator[bytes]) -> int | None:
        """Send while reading, so that a server which closes early is heard; return its code."""
        for chunk in chunks:
            rest = chunk
            while rest:
                readable, writable, _ = select.select([self.socket], [self.socket], [], PATIENCE)
                if not readable and not writable:
                    return self.close_code()
                if readable:
                    # It may be news of others: only a close frame is an answer.
                    if not self._more():
                        return None
                    while self._has_frame() and (got := self._frame()):
                        if got[0] == CLOSE:
                            return int.from_bytes(got[1][:2]) if len(got[1]) > 1 else 1005
                    continue
                try:
                    rest = rest[self.socket.send(rest) :]
                except ConnectionError:
                    return self.close_code()
        return self.close_code()

    def reset(self) -> None:
        """Vanish as a crashed machine does: RST instead of FIN."""
        with suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _more(self) -> bool:
        try:
            data = self.socket.recv(1 << 16)
        except ConnectionError:
            return False
        self._received += data
        return bool(data)

    def _take(self, count: int) -> bytes | None:
        while len(self._received) < count:
            if not self._more():
                return None
        taken, self._received = self._received[:count], self._received[count:]
        return taken

    def _has_frame(self) -> bool:
        """Return whether a whole frame has been received, so that nobody waits for its rest."""
        data = self._received
        length = data[1] & 0x7F if len(data) > 1 else 0
        head = {126: 4, 127: 10}.get(length, 2)
        if length > 125:
            length = int.from_bytes(data[2:head])
        return len(data) >= head + length

    def _frame(self) -> tuple[int, bytes] | None:
        head = self._take(2)
        if head is None:
            return None
        length = head[1] & 0x7F
        if length > 125:
            long = self._take(2 if length == 126 else 8)
            if long is None:
                return None
            length = int.from_bytes(long)
        payload = self._take(length)
        return None if payload is None else (head[0] & 0x0F, payload)


def request(  # noqa: PLR0913 - each is one thing that can be wrong with a handshake
    target: Target,
    *,
    path: str | None = None,
    method: str = "GET",
    version: str = "13",
    key: str | None = None,
    http: str = "1.1",
    extra: str = "",
) -> bytes:
    """Return a handshake, with whatever is wrong about it; an empty `key` leaves it out."""
    key = base64.b64encode(b"sixteen bytes...").decode() if key is None else key
    lines = [
        f"{method} {target.path if path is None else path} HTTP/{http}",
        f"Host: 127.0.0.1:{target.port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        f"Sec-WebSocket-Version: {version}",
        *([f"Sec-WebSocket-Key: {key}"] if key else []),
    ]
    return ("\r\n".join(lines) + "\r\n" + extra + "\r\n").encode("utf-8", "surrogateescape")


@contextmanager
def stranger(target: Target) -> Generator[Raw]:
    """Connect without saying anything; at the end the socket is closed without a word."""
    raw = Raw(target)
    try:
        yield raw
    finally:
        raw.socket.close()


@contextmanager
def visitor(target: Target, extra: str = "", receive_buffer: int | None = None) -> Generator[Raw]:
    """Open a WebSocket; at the end its TCP connection is closed without a close frame.

    Raises:
        AssertionError: the server did not accept it.
    """
    raw = Raw(target, receive_buffer)
    try:
        head = raw.handshake(extra=extra)
        assert head.startswith("HTTP/1.1 101 "), f"a valid handshake was answered by {head!r}"
        yield raw
    finally:
        raw.socket.close()


def _add_handshake(name: str, **wrong: str) -> None:
    """Register a handshake with something wrong; it has to be answered, and not by 101."""

    def attack(target: Target) -> None:
        with stranger(target) as raw:
            raw.send(request(target, **wrong))
            head = raw.head()
            assert head.startswith("HTTP/1.1 4"), f"it was answered by {head[:60]!r}, not by a 4xx"

    HANDSHAKES[name] = attack


def refused(path: str) -> tuple[str, Attack]:
    """Return an attack that asks for an address which never leads to a conversation."""

    def attack(target: Target) -> None:
        with stranger(target) as raw:
            head = raw.handshake(f"/{path}")
            if head.startswith("HTTP/1.1 101 "):
                # Accepted to be told why not: a close frame carries a reason, a 403 none.
                code = raw.close_code()
                assert code is not None, "it was let in and then cut off without a close frame"
            else:
                assert head.startswith("HTTP/1.1 4"), f"it was answered by {head[:60]!r}"

    return f"a handshake at {path[:60]}", attack


_add_handshake("a handshake without a key", key="")
_add_handshake("a handshake of version 12", version="12")
_add_handshake("a handshake of version nonsense", version="nonsense")
_add_handshake("a handshake by POST", method="POST")
_add_handshake("a handshake at an unknown path", path="/nowhere/at/all")
_add_handshake("a handshake at a path of broken UTF-8", path="/%ff%fe/%00")
_add_handshake("a handshake at a path of 6 000 bytes", path="/" + "a" * 6000)
_add_handshake("a handshake at the page", path="/")


def _attack(register: dict[str, Attack], name: str) -> Callable[[Attack], Attack]:
    def remember(attack: Attack) -> Attack:
        register[name] = attack
        return attack

    return remember


@_attack(HANDSHAKES, "a handshake with a slash at the end")
def _trailing_slash(target: Target) -> None:
    path, mark, query = target.path.partition("?")
    with stranger(target) as raw:
        head = raw.handshake(f"{path}/{mark}{query}")
        assert head.startswith("HTTP/1.1 4"), f"it was answered by {head[:60]!r}, not by a 4xx"


@_attack(HANDSHAKES, "a plain GET at the WebSocket's address")
def _plain_get(target: Target) -> None:
    with stranger(target) as raw:
        raw.send(f"GET {target.path} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
        head = raw.head()
        assert head.startswith("HTTP/1.1 4"), f"it was answered by {head[:60]!r}, not by a 4xx"


@_attack(HANDSHAKES, "a handshake of HTTP/1.0")
def _old_http(target: Target) -> None:
    with stranger(target) as raw:
        raw.send(request(target, http="1.0"))
        raw.head()


@_attack(HANDSHAKES, "a handshake with a key that is not one")
def _odd_key(target: Target) -> None:
    with stranger(target) as raw:
        raw.send(request(target, key="!"))
        # wsproto does not look at it: the client alone is harmed.
        assert raw.head().startswith("HTTP/1.1 "), "it was not answered"


@_attack(HANDSHAKES, "a handshake at a path of 60 000 bytes")
def _long_path(target: Target) -> None:
    with stranger(target) as raw:
        # websockets-sansio leaves it unanswered, so there is nothing to wait for.
        raw.send(request(target, path="/" + "a" * 60_000))


@_attack(HANDSHAKES, "a handshake with a subprotocol, an origin and an extension nobody knows")
def _odd_headers(target: Target) -> None:
    with stranger(target) as raw:
        head = raw.handshake(
            extra="Origin: null\r\nSec-WebSocket-Protocol: a, b, , c\r\n"
            "Cookie: =; session; ;;=\r\nSec-WebSocket-Extensions: nonsense; x=1\r\n"
        )
        assert head.startswith("HTTP/1.1 "), "it was not answered"


@_attack(HANDSHAKES, "a handshake with a cookie that is not ASCII")
def _odd_cookie(target: Target) -> None:
    with stranger(target) as raw:
        head = raw.handshake(extra="Cookie: session=\udcff\udcfe\r\n")
        assert head.startswith("HTTP/1.1 "), "it was not answered"


@_attack(HANDSHAKES, "bytes that are not HTTP")
def _garbage(target: Target) -> None:
    with stranger(target) as raw:
        raw.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) + b"\r\n\r\n")
        raw.head()


@_attack(HANDSHAKES, "half a request")
def _half_request(target: Target) -> None:
    with stranger(target) as raw:
        raw.send(request(target)[:60])


@_attack(HANDSHAKES, "a connection that says nothing")
def _silence(target: Target) -> None:
    with stranger(target):
        pass


@_attack(HANDSHAKES, "frames sent before the handshake was answered")
def _impatient(target: Target) -> None:
    with stranger(target) as raw:
        raw.send(request(target) + frame(target.say("too early").encode()))
        raw.head()


def _add_message(name: str, *data: bytes, extra: str = "") -> None:
    """Register bytes sent over an open WebSocket, after which the server answers or hangs up."""

    def attack(target: Target) -> None:
        with visitor(target, extra) as raw:
            for part in data:
                raw.send(part)
            raw.is_dealt_with()

    MESSAGES[name] = attack


def _add_text(name: str, text: str) -> None:
    _add_message(name, frame(text.encode("utf-8", "surrogatepass")))


def _add_said(name: str, text: str) -> None:
    """Register a well-formed message with something odd said in it."""

    def attack(target: Target) -> None:
        with visitor(target) as raw:
            raw.say(text)
            raw.is_dealt_with()

    MESSAGES[name] = attack


_DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate\r\n"


def deflated(data: bytes) -> bytes:
    """Return `data` as permessage-deflate sends it."""
    squeeze = zlib.compressobj(wbits=-12)
    return (squeeze.compress(data) + squeeze.flush(zlib.Z_SYNC_FLUSH))[:-4]


_add_message("a binary message", frame(b"\x00\x01\xfe\xff", BINARY))
_add_message("an empty binary message", frame(b"", BINARY))
_add_message("JSON in a binary message", frame(b'{"type": "say", "text": "hello"}', BINARY))
_add_message("ten binary messages in one packet", frame(b"\xff", BINARY) * 10)
_add_message("an unmasked frame", frame(b"hello", masked=False))
_add_message("a frame of a reserved opcode", frame(b"hello", 0x3))
_add_message("a control frame of a reserved opcode", frame(b"", 0xB))
_add_message("a frame with reserved bits", frame(b"hello", reserved=0b011))
_add_message("a frame marked as compressed without agreement", frame(b"hello", reserved=0b100))
_add_message("compressed garbage", frame(b"\xff" * 50, reserved=0b100), extra=_DEFLATE)
_add_message("bytes that are not UTF-8", frame(b"\xff\xfe\xfd"))
_add_message("half a character", frame("é".encode()[:1]))
_add_message("an encoded surrogate", frame(b"\xed\xa0\x80"))
_add_message("a ping of 126 bytes", frame(b"x" * 126, PING))
_add_message("a ping in two parts", frame(b"x", PING, fin=False))
_add_message("a pong nobody asked for", frame(b"x", PONG))
_add_message("a thousand pings", frame(b"x" * 125, PING) * 1000)
_add_message("a continuation of nothing", frame(b"x", CONTINUATION))
_add_message("a message inside a message", frame(b"x", fin=False) + frame(b"y"))
_add_message("a message in parts without an end", *[frame(b"x", fin=False)], frame(b"y", PING))
_add_message(
    "a message of ten thousand empty parts",
    frame(b"x", fin=False)
    + frame(b"", CONTINUATION, fin=False) * 10_000
    + frame(b"", CONTINUATION),
)
_add_message("a close frame of one byte", frame(b"\x03", CLOSE))
_add_message("a close frame with code 1005", frame(b"\x03\xed", CLOSE))
_add_message("a close frame with code 0", frame(b"\x00\x00", CLOSE))
_add_message("a close frame with code 65535", frame(b"\xff\xff", CLOSE))
_add_message("a close reason that is not UTF-8", frame(b"\x03\xe8\xff\xff", CLOSE))
_add_message("a close frame of 126 bytes", frame(b"\x03\xe8" + b"x" * 124, CLOSE))
_add_message("a message after its close frame", frame(b"\x03\xe8", CLOSE) + frame(b"still here"))
_add_message("two close frames", frame(b"\x03\xe8", CLOSE) * 2)
_add_message("a close frame without a code", frame(b"", CLOSE))
_add_message(
    "a close frame between the parts of a message",
    frame(b"x", fin=False) + frame(b"\x03\xe8", CLOSE),
)

_add_text("an empty message", "")
_add_text("blanks", " \t\r\n ")
_add_text("a NUL", "\x00")
_add_text("a byte order mark", "\ufeff")
_add_text("text that is no JSON", "hello, {")
_add_text("JSON nested a hundred thousand deep", "[" * 100_000)
_add_text("JSON objects nested ten thousand deep", '{"a":' * 10_000 + "1" + "}" * 10_000)
_add_text("NaN", "NaN")
_add_text("an infinite number", '{"type": 1e999, "text": -Infinity}')
_add_text("a number of ten thousand digits", "1" * 10_000)
_add_text("JSON that is no object", "[1, 2, 3]")
_add_text("JSON null", "null")
_add_text("JSON text", '"hello"')
_add_text("an object without a type", "{}")
_add_text("an object of an unknown type", '{"type": "nonsense", "text": "hello"}')
_add_text("an object whose type is a list", '{"type": ["say"], "text": "hello"}')
_add_text("an object whose type is null", '{"type": null}')
_add_text("an object with a key twice", '{"type": "say", "type": "nonsense", "text": "a"}')
_add_text("an object with a key of prototypes", '{"__proto__": {"type": "say"}, "__class__": 1}')
_add_text("a megabyte of text", "a" * MEGABYTE)

_add_said("said HTML", "<img src=x onerror=alert(1)>")
_add_said("said line breaks", "a\\nb")
_add_said("said a lone surrogate, escaped", r"\ud800")
_add_said("said an escaped NUL", r"\u0000")
_add_said("said text of both directions", "\u202eevil\u202c \U0001f642")
_add_said("said nothing", "")
_add_said("said format characters", "{0} %s {text} ${x} {{")
_add_said("said a hundred kilobytes", "a" * 100_000)


@_attack(MESSAGES, "a frame that claims 2^62 bytes")
def _huge_claim(target: Target) -> None:
    with visitor(target) as raw:
        # wsproto waits for the bytes, and would take a ping for the first of them.
        raw.send(frame(b"x" * 100, length=1 << 62))


@_attack(MESSAGES, "a frame that claims 2^63 bytes")
def _impossible_claim(target: Target) -> None:
    with visitor(target) as raw:
        raw.send(frame(b"x" * 100, length=1 << 63))


@_attack(MESSAGES, "a message of 20 MB")
def _too_long(target: Target) -> None:
    with visitor(target) as raw:
        head = frame(length=20 * MEGABYTE)
        code = raw.sends_despite_answer(iter([head, *[b"a" * 65536] * 320]))
        assert code == 1009, f"it was closed with {code}, not with 1009"


@_attack(MESSAGES, "a message of 20 MB in parts")
def _too_long_in_parts(target: Target) -> None:
    with visitor(target) as raw:
        first = frame(b"a" * 65_000, fin=False)
        next_ = frame(b"a" * 65_000, CONTINUATION, fin=False)
        code = raw.sends_despite_answer(iter([first, *[next_] * 320]))
        assert code == 1009, f"it was closed with {code}, not with 1009"


@_attack(MESSAGES, "20 MB squeezed into 20 kB")
def _bomb(target: Target) -> None:
    with visitor(target, _DEFLATE) as raw:
        raw.send(frame(deflated(b"a" * (20 * MEGABYTE)), reserved=0b100))
        code = raw.close_code()
        assert code == 1009, f"it was closed with {code}, not with 1009"


@_attack(MESSAGES, "a hundred messages in one packet")
def _burst(target: Target) -> None:
    with visitor(target) as raw:
        raw.send(frame(target.say("burst").encode()) * 100)
        raw.is_dealt_with()


@_attack(MESSAGES, "a message in parts with a ping between them")
def _parts(target: Target) -> None:
    message = target.say("in parts").encode()
    with visitor(target) as raw:
        raw.send(frame(message[:3], fin=False) + frame(b"between", PING))
        raw.send(frame(message[3:-2], CONTINUATION, fin=False) + frame(message[-2:], CONTINUATION))
        raw.is_dealt_with()


@_attack(MESSAGES, "a message sent byte by byte")
def _byte_by_byte(target: Target) -> None:
    with visitor(target) as raw:
        raw.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in frame(target.say("slow").encode()):
            raw.send(bytes([byte]))
        raw.is_dealt_with()


@_attack(DEPARTURES, "a close frame whose answer nobody reads")
def _polite(target: Target) -> None:
    with visitor(target) as raw:
        raw.send(frame(b"\x03\xe8", CLOSE))


@_attack(DEPARTURES, "an end without a close frame")
def _leaves(target: Target) -> None:
    with visitor(target):
        pass


@_attack(DEPARTURES, "a reset right after the handshake")
def _reset(target: Target) -> None:
    with visitor(target) as raw:
        raw.reset()


@_attack(DEPARTURES, "a reset in the middle of a frame")
def _reset_in_frame(target: Target) -> None:
    with visitor(target) as raw:
        raw.send(frame(target.say("unfinished").encode())[:-3])
        raw.reset()


@_attack(DEPARTURES, "a reset between the parts of a message")
def _reset_in_message(target: Target) -> None:
    with visitor(target) as raw:
        raw.send(frame(b"unfinished", fin=False))
        raw.reset()


@_attack(DEPARTURES, "a reset before the answer was read")
def _reset_before_answer(target: Target) -> None:
    for _ in range(5):
        with visitor(target) as raw:
            raw.say("are you there")
            raw.reset()


@_attack(DEPARTURES, "a reset after a thousand messages whose answers nobody read")
def _reset_unread(target: Target) -> None:
    with visitor(target, receive_buffer=4096) as raw:
        data = frame(target.say("a" * 1000).encode()) * 100
        raw.floods(data, 10 * len(data))
        raw.reset()


@_attack(DEPARTURES, "a half-closed connection")
def _half_closed(target: Target) -> None:
    with visitor(target) as raw:
        raw.say("my last words")
        raw.socket.shutdown(socket.SHUT_WR)
        for _ in raw.frames():
            pass


@_attack(DEPARTURES, "a half-closed connection in the middle of a frame")
def _half_closed_in_frame(target: Target) -> None:
    with visitor(target) as raw:
        raw.send(frame(b"unfinished")[:-3])
        raw.socket.shutdown(socket.SHUT_WR)
        for _ in raw.frames():
            pass


@_attack(DEPARTURES, "a close frame followed by a reset")
def _close_and_reset(target: Target) -> None:
    with visitor(target) as raw:
        raw.send(frame(b"\x03\xe8", CLOSE))
        raw.reset()


@_attack(DEPARTURES, "a reset before the handshake was answered")
def _vanish(target: Target) -> None:
    for _ in range(10):
        with stranger(target) as raw:
            raw.send(request(target))
            raw.reset()


@_attack(DEPARTURES, "an end before the handshake was answered")
def _hang_up(target: Target) -> None:
    for _ in range(10):
        with stranger(target) as raw:
            raw.send(request(target))


@_attack(DEPARTURES, "a reset in the middle of a handshake")
def _reset_in_handshake(target: Target) -> None:
    with stranger(target) as raw:
        raw.send(request(target)[:80])
        raw.reset()


@_attack(DEPARTURES, "a binary message followed by a reset")
def _binary_and_reset(target: Target) -> None:
    for _ in range(5):
        with visitor(target) as raw:
            raw.send(frame(b"\xff", BINARY))
            raw.reset()


@_attack(DEPARTURES, "a 20 MB claim followed by a reset")
def _claim_and_reset(target: Target) -> None:
    with visitor(target) as raw:
        raw.send(frame(b"x" * 1000, length=20 * MEGABYTE))
        raw.reset()


def crowd(target: Target, size: int) -> None:
    """Let `size` visitors come, speak, and be reset all at once."""
    present: list[Raw] = []
    try:
        for _ in range(size):
            raw = Raw(target)
            present.append(raw)
            raw.send(request(target))
        for raw in present:
            head = raw.head()
            assert head.startswith("HTTP/1.1 101 "), f"one of a crowd was answered by {head!r}"
        for raw in present:
            raw.say("hello")
    finally:
        for raw in present:
            raw.reset()


@contextmanager
def stalled(target: Target, longest: int, *, greedy: bool) -> Generator[None]:
    """Be a client that reads nothing while the block runs; a `greedy` one asks for a lot first."""
    with visitor(target, receive_buffer=4096) as raw:
        if greedy:
            raw.floods(frame(target.say("a" * longest).encode()), 10 * MEGABYTE)
        yield


def _add_request(
    name: str, body: bytes = b"", *headers: str, line: str = "POST {path} HTTP/1.1"
) -> None:
    """Register a request with something wrong; it has to be answered, and by a 4xx."""

    def attack(target: Target) -> None:
        length = [] if any("Length" in one or "Encoding" in one for one in headers) else [len(body)]
        head = [
            line.replace("{path}", target.path),
            "Host: here",
            *headers,
            *(f"Content-Length: {number}" for number in length),
        ]
        with stranger(target) as raw:
            raw.send("\r\n".join([*head, "", ""]).encode("utf-8", "surrogateescape") + body)
            answer = raw.head()
            assert answer.startswith("HTTP/1.1 4"), f"it was answered by {answer[:60]!r}"

    REQUESTS[name] = attack


_JSON = "Content-Type: application/json"
_FORM = "Content-Type: multipart/form-data; boundary=x"

_add_request("JSON that ends too soon", b'{"text": "', _JSON)
_add_request("JSON of another shape", b"[1, 2]", _JSON)
_add_request("JSON that is null", b"null", _JSON)
_add_request("JSON that is NaN", b'{"text": NaN}', _JSON)
_add_request("JSON nested 8 000 times", b"[" * 8000, _JSON)
_add_request("JSON with a number of 10 000 digits", b'{"text": ' + b"9" * 10_000 + b"}", _JSON)
_add_request("JSON that is not UTF-8", b'{"text": "\xff\xfe"}', _JSON)
_add_request("JSON with half a character in it", b'{"text": "\\ud800"}', _JSON)
_add_request("JSON that says it is text", b'{"text": "hello"}', "Content-Type: text/plain")
_add_request("JSON that says it is nothing", b'{"text": "hello"}', "Content-Type: ")
_add_request("a body of a megabyte", b"x" * MEGABYTE, _JSON)
_add_request("a form that is none", b"hello", _FORM)
_add_request("a form without a boundary", b"--x--", "Content-Type: multipart/form-data")
_add_request("a form with a part without an end", b"--x\r\n\r\nhello", _FORM)
_add_request("a length that is no number", b"", "Content-Length: many")
_add_request("a length below zero", b"", "Content-Length: -1")
_add_request("two lengths", b"", "Content-Length: 1", "Content-Length: 2")
_add_request("chunks that are none", b"zz\r\nhello", "Transfer-Encoding: chunked")
_add_request("an unknown method", line="BREW {path} HTTP/1.1")
_add_request("no path", line="GET  HTTP/1.1")
_add_request("a path of broken UTF-8", line="GET /%ff%fe/%00 HTTP/1.1")
_add_request("a path that goes up", line="GET /../../etc/passwd HTTP/1.1")
_add_request("a query of broken UTF-8", line="POST {path}?user=%ff%00 HTTP/1.1")
_add_request("a cookie that is not ASCII", b'{"text": "a"}', _JSON, "Cookie: user=\udcff\udcfe")
_add_request("a header of 100 000 bytes", b"", "X-Long: " + "a" * 100_000)


@_attack(REQUESTS, "a body that stops in the middle")
def _half_body(target: Target) -> None:
    with stranger(target) as raw:
        raw.send(
            f"POST {target.path} HTTP/1.1\r\nHost: here\r\n{_JSON}\r\n"
            'Content-Length: 100\r\n\r\n{"text"'.encode()
        )


@_attack(REQUESTS, "a client that vanishes before its answer")
def _no_answer(target: Target) -> None:
    with stranger(target) as raw:
        body = target.say("too early")
        raw.send(
            f"POST {target.path} HTTP/1.1\r\nHost: here\r\n{_JSON}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        raw.reset()
