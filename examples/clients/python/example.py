"""Says hello to a Reprise server, echoes, sends a heartbeat; and checks the vectors of the wire.

    python3 example.py --target tls://127.0.0.1:8081 --run-file data/run.json
    python3 example.py --vectors test/fixtures/wire-v1
"""

from __future__ import annotations

import argparse
import json
import os
import ssl
import sys
from typing import Any, Dict

from reprise_client import ECHO, PROMPT_ECHO, Client, Disconnected, Refusal, Request
from reprise_messages import MESSAGES
from reprise_wire import (
    Deframer,
    Packet,
    WireError,
    decode_message,
    encode_frame,
    encode_message,
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", help="tls://host:port or tcp://host:port")
    parser.add_argument("--ca", help="the authority that signed the server's certificate, PEM")
    parser.add_argument("--fingerprint", help="SHA-256 of the server's certificate")
    parser.add_argument("--run-file", help="run.json of a server here, for its fingerprint")
    parser.add_argument("--insecure", action="store_true", help="believe whoever answers")
    parser.add_argument("--echoes", type=int, default=10)
    parser.add_argument("--vectors", help="the folder test/fixtures/wire-v1")
    options = parser.parse_args()
    if options.vectors is None and options.target is None:
        parser.error("give --target, --vectors or both")
    if options.vectors is not None:
        print(f"vectors: {check_vectors(options.vectors)} agree")
    if options.target is not None:
        try:
            talk(options)
        except (Refusal, Disconnected, WireError, OSError, KeyError, ValueError) as error:
            print(f"example.py: {options.target}: {error}{hint_for(error)}", file=sys.stderr)
            return 1
    return 0


def hint_for(error: Exception) -> str:
    """What to try instead, where that can be told."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "; say why it is believed: --run-file, --ca or --fingerprint"
    if isinstance(error, ssl.SSLError):
        return "; does it speak TLS? A server without it is tcp://"
    return ""


def talk(options: argparse.Namespace) -> None:
    fingerprint = options.fingerprint
    if options.run_file is not None:
        with open(options.run_file, encoding="utf-8") as file:
            fingerprint = json.load(file)["fingerprint"]
    with Client(options.target, options.ca, fingerprint, options.insecure) as client:
        print(f"hello: protocol {client.hello['protocol']}")
        for number in range(options.echoes):
            # Of both kinds, from nothing to far more than one segment of the network.
            kind = ECHO if number % 2 == 0 else PROMPT_ECHO
            sent = os.urandom(number * number * 40)
            assert client.request(kind, bytes=sent)["bytes"] == sent, "another echo"
        print(f"echoes: {options.echoes}")
        print(f"heartbeat: server time {client.heartbeat()['server_timestamp']}")
        try:
            client.request(Request(19_999, "EchoRequest", 0, "EchoResponse"))
            raise AssertionError("a packet that nobody serves was answered")
        except Refusal as refusal:
            print(f"refusal: {refusal.code}")


# ---------------------------------------------------------------- vectors


def check_vectors(folder: str) -> int:
    """Checks both files; returns how many vectors there were. Raises AssertionError."""
    valid = load(folder, "valid.json")
    invalid = load(folder, "invalid.json")
    for vector in valid:
        check_valid(vector)
    for vector in invalid:
        outcome = outcome_of(bytes.fromhex(vector["frame"]))
        # The others are packets like any other to a client: what a server makes of them differs.
        expected = vector["outcome"], vector["reason"]
        if expected[0] == "incomplete" or expected[1] in ("frame-length", "envelope", "size"):
            assert outcome == expected, f"{vector['name']}: {outcome} instead of {expected}"
    return len(valid) + len(invalid)


def check_valid(vector: Dict[str, Any]) -> None:
    name, header = vector["name"], vector["header"]
    for key, big_endian in (("frame", False), ("frameBigEndian", True)):
        frame = bytes.fromhex(vector[key])
        packets = [
            packet
            for at in range(len(frame))
            for packet in DEFRAMERS[big_endian].push(frame[at : at + 1])
        ]
        assert len(packets) == 1, f"{name}: {len(packets)} packets"
        packet = packets[0]
        assert packet.payload.hex() == vector["payload"], f"{name}: payload"
        for field, text in header.items():
            assert shown(getattr(packet, field)) == text, f"{name}: {field}"
        if vector["canonical"]:
            assert encode_frame(packet, big_endian) == frame, f"{name}: encoded otherwise"
    if vector["message"] is not None:
        check_message(vector)


def check_message(vector: Dict[str, Any]) -> None:
    name, message = vector["name"], vector["message"]
    payload = bytes.fromhex(vector["payload"])
    decoded = decode_message(message, payload)
    given = shown(decoded)
    assert given == vector["fields"], f"{name}: {given} instead of {vector['fields']}"
    if vector["canonical"]:
        assert encode_message(message, decoded) == payload, f"{name}: message encoded otherwise"


def outcome_of(frame: bytes) -> tuple[str, Any]:
    try:
        packets: list[Packet] = list(Deframer().push(frame))
    except WireError as error:
        return "malformed", error.reason
    return ("incomplete", None) if not packets else ("packet", None)


DEFRAMERS = {False: Deframer(), True: Deframer(big_endian=True)}


def shown(value: Any) -> Any:
    """A value as the vectors have it. They leave out what has its default."""
    if isinstance(value, dict):
        return {key: shown(inside) for key, inside in value.items() if inside or inside == {}}
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return value.hex() if isinstance(value, bytes) else str(value)


def load(folder: str, name: str) -> list[Dict[str, Any]]:
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        vectors = json.load(file)
    unknown = {vector.get("message") for vector in vectors} - {None, *MESSAGES}
    assert not unknown, f"{name} has messages that this client does not know: {unknown}"
    return vectors


if __name__ == "__main__":
    sys.exit(main())
