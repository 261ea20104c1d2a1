"""A client of Reprise on the Python standard library: one connection, requests one after another.

    with Client("tls://127.0.0.1:8081", fingerprint="AB:CD:...") as client:
        reply = client.request(ECHO, bytes=b"hello")

It is an example of the protocol and not an SDK: it blocks, and it does not reconnect.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
import time
from typing import Any, Dict, NamedTuple, Optional
from urllib.parse import urlsplit

from reprise_wire import Deframer, Packet, decode_message, encode_frame, encode_message

PROTOCOL_MIN, PROTOCOL_MAX = 1, 1
ERROR, DISCONNECT = 1051, 1052


class Request(NamedTuple):
    """A packet that the server answers: both numbers, both messages."""

    type: int
    message: str
    reply_type: int
    reply: str


HELLO = Request(1050, "Hello", 1050, "Hello")
HEARTBEAT = Request(1004, "HeartbeatRequest", 1005, "HeartbeatResponse")
ECHO = Request(1053, "EchoRequest", 1054, "EchoResponse")
PROMPT_ECHO = Request(1055, "EchoRequest", 1056, "EchoResponse")

# What the server sends at once and may overtake the rest; see docs/CLIENTS.md, "Sequences".
PROMPT_TYPES = {1005, 1056}


class Refusal(Exception):
    """The server answered with ERROR."""

    def __init__(self, code: int, message: str, retry_after_ms: int) -> None:
        super().__init__(f"error {code}: {message}")
        self.code = code
        self.retry_after_ms = retry_after_ms


class Disconnected(Exception):
    """The server ended the session, or the link broke."""

    def __init__(self, code: int, message: str, may_retry: bool) -> None:
        super().__init__(f"disconnected with {code}: {message}")
        self.code = code
        self.may_retry = may_retry


class Client:
    def __init__(
        self,
        url: str,
        ca_file: Optional[str] = None,
        fingerprint: Optional[str] = None,
        insecure: bool = False,
        timeout_s: float = 10.0,
    ) -> None:
        """`ca_file` and `fingerprint` say why the server is believed; `insecure`: no reason."""
        parts = urlsplit(url)
        if parts.scheme not in ("tls", "tcp") or parts.hostname is None or parts.port is None:
            raise ValueError(f"{url}: an address is tls://host:port or tcp://host:port")
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if parts.scheme == "tls":
            self._secure(parts.hostname, ca_file, fingerprint, insecure)
        self._deframer = Deframer()
        self._waiting: list[Packet] = []
        self._sequence = 0
        self._highest = {"committed": 0, "prompt": 0}
        self.hello = self.request(
            HELLO, protocol_min=PROTOCOL_MIN, protocol_max=PROTOCOL_MAX, contract_hash=0
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def request(self, request: Request, **fields: Any) -> Dict[str, Any]:
        """Asks and waits for the answer. Raises Refusal or Disconnected."""
        sequence = self._send(request.type, encode_message(request.message, fields))
        while True:
            packet = self._receive()
            if packet.type == DISCONNECT:
                told = decode_message("Disconnect", packet.payload)
                raise Disconnected(told["code"], told["message"], told["may_retry"])
            if packet.in_reply_to != sequence:
                continue  # the server tells something of its own accord
            if packet.type == ERROR:
                told = decode_message("Error", packet.payload)
                raise Refusal(told["code"], told["message"], told["retry_after_ms"])
            if packet.type != request.reply_type:
                raise Disconnected(0, f"an answer of type {packet.type}", True)
            return decode_message(request.reply, packet.payload)

    def heartbeat(self) -> Dict[str, Any]:
        return self.request(HEARTBEAT, timestamp=int(time.time() * 1000))

    def _send(self, packet_type: int, payload: bytes) -> int:
        self._sequence += 1
        now_ms = int(time.time() * 1000)
        packet = Packet(packet_type, self._sequence, payload, timestamp=now_ms)
        self._socket.sendall(encode_frame(packet))
        return self._sequence

    def _receive(self) -> Packet:
        while not self._waiting:
            data = self._socket.recv(65_536)
            if not data:
                raise Disconnected(0, "the server closed the connection", True)
            self._waiting.extend(self._deframer.push(data))
        packet = self._waiting.pop(0)
        delivery = "prompt" if packet.type in PROMPT_TYPES else "committed"
        if packet.sequence <= self._highest[delivery]:
            raise Disconnected(0, f"sequence {packet.sequence} came twice or late", True)
        self._highest[delivery] = packet.sequence
        return packet

    def _secure(
        self, host: str, ca_file: Optional[str], fingerprint: Optional[str], insecure: bool
    ) -> None:
        context = ssl.create_default_context(cafile=ca_file)
        if fingerprint is not None or insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        self._socket = context.wrap_socket(self._socket, server_hostname=host)
        if fingerprint is not None:
            certificate = self._socket.getpeercert(binary_form=True) or b""
            found = hashlib.sha256(certificate).hexdigest()
            if found != fingerprint.replace(":", "").lower():
                self._socket.close()
                raise Disconnected(0, f"the certificate's fingerprint is {found}", False)
