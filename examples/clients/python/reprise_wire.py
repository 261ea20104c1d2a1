"""The wire of Reprise, protocol version 1, in plain Python: varints, messages, packets, frames.

A frame is four bytes of length, little-endian, then that many bytes: an encoded `Packet`. A packet
is a header and a payload, and the payload is an encoded message. All encoding is protobuf's, of
which a client needs no more than this file has. docs/CLIENTS.md says what it all means.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Optional, Tuple, Union

from reprise_messages import MESSAGES

FRAME_BYTES_MAX = 65_536


class WireError(Exception):
    """Bytes that are no packet. `reason` is one of frame-length, envelope, size, compressed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# ---------------------------------------------------------------- protobuf

VARINT, FIXED64, LENGTH_DELIMITED, GROUP_START, GROUP_END, FIXED32 = range(6)

Value = Union[int, bytes]
Fields = List[Tuple[int, int, Value]]


def encode_varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


class _Reader:
    """Walks over one message. Raises WireError for whatever is not protobuf."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    @property
    def done(self) -> bool:
        return self.at >= len(self.data)

    def varint(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF
        raise WireError("envelope")

    def take(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise WireError("envelope")
        self.at += count
        return self.data[self.at - count : self.at]

    def tag(self) -> Tuple[int, int]:
        tag = self.varint()
        if tag >> 3 == 0 or tag > 0xFFFF_FFFF:
            raise WireError("envelope")
        return tag >> 3, tag & 7

    def value(self, field: int, kind: int, depth: int = 0) -> Optional[Value]:
        """The value of a field whose tag was read; None for a group, which nobody uses any more."""
        if kind == VARINT:
            return self.varint()
        if kind == FIXED64:
            return struct.unpack("<Q", self.take(8))[0]
        if kind == FIXED32:
            return struct.unpack("<I", self.take(4))[0]
        if kind == LENGTH_DELIMITED:
            return self.take(self.varint())
        if kind != GROUP_START or depth > 100:
            raise WireError("envelope")
        while True:
            inner, inner_kind = self.tag()
            if inner_kind == GROUP_END:
                if inner != field:
                    raise WireError("envelope")
                return None
            self.value(inner, inner_kind, depth + 1)


def decode_fields(data: bytes) -> Fields:
    """All fields of a message as (number, wire type, value), in their order."""
    reader, fields = _Reader(data), []
    while not reader.done:
        number, kind = reader.tag()
        value = reader.value(number, kind)
        if value is not None:
            fields.append((number, kind, value))
    return fields


# ---------------------------------------------------------------- messages

_KINDS = {
    "uint32": VARINT,
    "int32": VARINT,
    "uint64": VARINT,
    "bool": VARINT,
    "fixed32": FIXED32,
    "float": FIXED32,
}
_DEFAULTS: Dict[str, Any] = {"bool": False, "float": 0.0, "string": "", "bytes": b""}


def encode_message(name: str, values: Dict[str, Any]) -> bytes:
    """Fields in their order; what has its default is left out, as proto3 does."""
    out = bytearray()
    for number, (field, kind) in MESSAGES[name].items():
        value = values.get(field)
        if kind.startswith("["):
            inner = kind[1:-1]
            if inner in _KINDS and value:
                # Numbers that are repeated stand in one field, one behind the other.
                packed = b"".join(_encode_value(inner, item) for item in value)
                out += _delimited(number, packed)
            elif value:
                out += b"".join(_delimited(number, _encode_value(inner, item)) for item in value)
        elif kind in MESSAGES:
            # A message that is there is written, even if it says nothing.
            if value is not None:
                out += _delimited(number, _encode_value(kind, value))
        elif value:
            if kind in _KINDS:
                out += encode_varint(number << 3 | _KINDS[kind]) + _encode_value(kind, value)
            else:
                out += _delimited(number, _encode_value(kind, value))
    return bytes(out)


def _delimited(number: int, data: bytes) -> bytes:
    return encode_varint(number << 3 | LENGTH_DELIMITED) + encode_varint(len(data)) + data


def _encode_value(kind: str, value: Any) -> bytes:
    if kind in MESSAGES:
        return encode_message(kind, value)
    if kind == "float":
        return struct.pack("<f", value)
    if kind == "fixed32":
        return struct.pack("<I", value)
    if kind in _KINDS:
        return encode_varint(int(value) & 0xFFFF_FFFF_FFFF_FFFF)
    return value.encode() if kind == "string" else value


def decode_message(name: str, data: bytes) -> Dict[str, Any]:
    """Every field of the message, defaults included; None for a message inside that is not there.

    Unknown fields are passed over.
    """
    schema = MESSAGES[name]
    values = {field: _default(kind) for field, kind in schema.values()}
    for number, wire_type, value in decode_fields(data):
        if number not in schema:
            continue
        field, kind = schema[number]
        if not kind.startswith("["):
            if wire_type != _KINDS.get(kind, LENGTH_DELIMITED):
                raise WireError("envelope")
            values[field] = _converted(kind, value)
        elif wire_type == LENGTH_DELIMITED and kind[1:-1] in _KINDS:
            values[field] += _unpacked(kind[1:-1], value)
        elif wire_type == _KINDS.get(kind[1:-1], LENGTH_DELIMITED):
            values[field].append(_converted(kind[1:-1], value))
        else:
            raise WireError("envelope")
    return values


def _default(kind: str) -> Any:
    if kind.startswith("["):
        return []
    return None if kind in MESSAGES else _DEFAULTS.get(kind, 0)


def _unpacked(kind: str, data: bytes) -> List[Any]:
    reader, values = _Reader(data), []
    while not reader.done:
        values.append(_converted(kind, reader.value(0, _KINDS[kind])))
    return values


def _converted(kind: str, value: Any) -> Any:
    if kind in MESSAGES:
        return decode_message(kind, value)
    if kind == "bool":
        return value != 0
    if kind == "float":
        return struct.unpack("<f", struct.pack("<I", value))[0]
    if kind == "uint32":
        return value & 0xFFFF_FFFF
    if kind == "int32":
        value &= 0xFFFF_FFFF
        return value - (1 << 32) if value >= 1 << 31 else value
    if kind == "string":
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise WireError("envelope") from None
    return value


# ---------------------------------------------------------------- packets


@dataclass
class Packet:
    type: int
    sequence: int
    payload: bytes
    timestamp: int = 0
    in_reply_to: int = 0
    is_compressed: bool = False
    # What the header says of the payload's length; counted when a packet is encoded.
    size: int = 0


_HEADER = {
    1: ("type", 0xFFFF_FFFF),
    2: ("size", 0xFFFF_FFFF),
    3: ("sequence", 2**64 - 1),
    4: ("timestamp", 2**64 - 1),
    5: ("is_compressed", 1),
    16: ("in_reply_to", 2**64 - 1),
}


def encode_packet(packet: Packet) -> bytes:
    header = bytearray()
    values = {**packet.__dict__, "size": len(packet.payload)}
    for number, (field, _) in _HEADER.items():
        if values[field]:
            header += encode_varint(number << 3 | VARINT) + encode_varint(int(values[field]))
    out = b"\x0a" + encode_varint(len(header)) + bytes(header)
    if packet.payload:
        out += b"\x12" + encode_varint(len(packet.payload)) + packet.payload
    return out


def decode_packet(data: bytes) -> Packet:
    packet = Packet(type=0, sequence=0, payload=b"")
    for number, kind, value in decode_fields(data):
        if number == 1 and kind == LENGTH_DELIMITED:
            # A header in pieces is one header: protobuf merges them.
            for inner, inner_kind, part in decode_fields(value):
                if inner in _HEADER and inner_kind == VARINT:
                    field, mask = _HEADER[inner]
                    setattr(packet, field, part != 0 if mask == 1 else part & mask)
        elif number == 2 and kind == LENGTH_DELIMITED:
            packet.payload = value
    if packet.size != len(packet.payload):
        raise WireError("size")
    if packet.is_compressed:
        raise WireError("compressed")
    return packet


# ---------------------------------------------------------------- frames


def encode_frame(packet: Packet, big_endian: bool = False) -> bytes:
    data = encode_packet(packet)
    if len(data) > FRAME_BYTES_MAX:
        raise ValueError(f"a packet of {len(data)} bytes does not fit a frame")
    return struct.pack(">I" if big_endian else "<I", len(data)) + data


class Deframer:
    """Cuts a stream into packets, however the network has cut it."""

    def __init__(self, big_endian: bool = False) -> None:
        self._format = ">I" if big_endian else "<I"
        self._bytes = bytearray()

    def push(self, data: bytes) -> Iterator[Packet]:
        self._bytes += data
        while len(self._bytes) >= 4:
            (length,) = struct.unpack_from(self._format, self._bytes)
            if not 1 <= length <= FRAME_BYTES_MAX:
                raise WireError("frame-length")
            if len(self._bytes) < 4 + length:
                return
            content = bytes(self._bytes[4 : 4 + length])
            del self._bytes[: 4 + length]
            yield decode_packet(content)
