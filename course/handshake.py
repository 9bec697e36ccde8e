"""Answer every handshake: uvicorn's own WebSocket protocol leaves a few of them without."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class AnsweringProtocol(WebSocketsSansIOProtocol):
    """uvicorn's default protocol, which also sends the refusal of a handshake it cannot parse.

    The parser refuses, for example, a header line of more than 8192 bytes. uvicorn 0.54 writes that
    refusal to the log and not to the client, and at its shutdown such a client makes it fail. Once
    tests/topics/test_handshakes.py says that uvicorn answers, this class can go.
    """

    def data_received(self, data: bytes) -> None:
        """Take what has arrived; answer and close if it was no handshake to the parser."""
        super().data_received(data)
        if self.conn.handshake_exc is None or self.handshake_initiated:
            return
        # For a request with a body, the parser has no refusal of its own.
        self.transport.write(b"".join(self.conn.data_to_send()) or BAD_REQUEST)
        # What its shutdown looks at: the answer is given, and nothing is left to say.
        self.handshake_complete = self.close_sent = True
        self.transport.close()
