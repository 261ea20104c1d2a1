// Made by scripts/gen-proto.ts. Change the schema in proto instead.
/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

const $Reader = $protobuf.Reader,
  $Writer = $protobuf.Writer,
  $util = $protobuf.util;
const $Object = $util.global.Object,
  $undefined = $util.global.undefined,
  $Error = $util.global.Error,
  $RangeError = $util.global.RangeError;

const $root = $protobuf.roots["reprise-packet"] || ($protobuf.roots["reprise-packet"] = {});

export const reprise = ($root.reprise = (() => {
  const reprise = {};

  reprise.v1 = (function () {
    const v1 = {};

    v1.PacketType = (function () {
      const valuesById = $Object.create(null),
        values = $Object.create(valuesById);
      values[(valuesById[0] = "PACKET_UNKNOWN")] = 0;
      values[(valuesById[1000] = "PACKET_LOGIN_REQUEST")] = 1000;
      values[(valuesById[1001] = "PACKET_LOGIN_RESPONSE")] = 1001;
      values[(valuesById[1002] = "PACKET_LOGOUT_REQUEST")] = 1002;
      values[(valuesById[1003] = "PACKET_LOGOUT_RESPONSE")] = 1003;
      values[(valuesById[1004] = "PACKET_HEARTBEAT_REQUEST")] = 1004;
      values[(valuesById[1005] = "PACKET_HEARTBEAT_RESPONSE")] = 1005;
      values[(valuesById[1050] = "PACKET_HELLO")] = 1050;
      values[(valuesById[1051] = "PACKET_ERROR")] = 1051;
      values[(valuesById[1052] = "PACKET_DISCONNECT")] = 1052;
      values[(valuesById[1053] = "PACKET_ECHO_REQUEST")] = 1053;
      values[(valuesById[1054] = "PACKET_ECHO_RESPONSE")] = 1054;
      values[(valuesById[1055] = "PACKET_PROMPT_ECHO_REQUEST")] = 1055;
      values[(valuesById[1056] = "PACKET_PROMPT_ECHO_RESPONSE")] = 1056;
      values[(valuesById[1060] = "PACKET_OPERATE_REQUEST")] = 1060;
      values[(valuesById[1061] = "PACKET_OPERATE_RESPONSE")] = 1061;
      values[(valuesById[1062] = "PACKET_SESSIONS_REQUEST")] = 1062;
      values[(valuesById[1063] = "PACKET_SESSIONS_RESPONSE")] = 1063;
      values[(valuesById[1064] = "PACKET_KICK_REQUEST")] = 1064;
      values[(valuesById[1065] = "PACKET_KICK_RESPONSE")] = 1065;
      values[(valuesById[1066] = "PACKET_ANNOUNCE_REQUEST")] = 1066;
      values[(valuesById[1067] = "PACKET_ANNOUNCE_RESPONSE")] = 1067;
      values[(valuesById[1068] = "PACKET_ANNOUNCEMENT")] = 1068;
      values[(valuesById[2000] = "PACKET_ENTER_WORLD_REQUEST")] = 2000;
      values[(valuesById[2001] = "PACKET_ENTER_WORLD_RESPONSE")] = 2001;
      values[(valuesById[2002] = "PACKET_MOVEMENT_UPDATE")] = 2002;
      values[(valuesById[2003] = "PACKET_ENTITY_UPDATE")] = 2003;
      values[(valuesById[2004] = "PACKET_COMBAT_ACTION")] = 2004;
      values[(valuesById[2005] = "PACKET_COMBAT_RESULT")] = 2005;
      values[(valuesById[2006] = "PACKET_CHAT_MESSAGE")] = 2006;
      values[(valuesById[2100] = "PACKET_WORLD_UPDATE")] = 2100;
      values[(valuesById[2101] = "PACKET_DUEL_REQUEST")] = 2101;
      values[(valuesById[3000] = "PACKET_GUILD_CREATE_REQUEST")] = 3000;
      values[(valuesById[3001] = "PACKET_GUILD_CREATE_RESPONSE")] = 3001;
      values[(valuesById[3002] = "PACKET_GUILD_INVITE_REQUEST")] = 3002;
      values[(valuesById[3003] = "PACKET_GUILD_INVITE_RESPONSE")] = 3003;
      values[(valuesById[3004] = "PACKET_GUILD_WAR_REQUEST")] = 3004;
      values[(valuesById[3005] = "PACKET_GUILD_WAR_RESPONSE")] = 3005;
      values[(valuesById[3006] = "PACKET_GUILD_INVITE_ACCEPT_REQUEST")] = 3006;
      values[(valuesById[3007] = "PACKET_GUILD_LEAVE_REQUEST")] = 3007;
      values[(valuesById[3008] = "PACKET_DUEL_ACCEPT_REQUEST")] = 3008;
      values[(valuesById[3009] = "PACKET_DUEL_DECLINE_REQUEST")] = 3009;
      values[(valuesById[3010] = "PACKET_GUILD_WAR_START")] = 3010;
      return values;
    })();

    v1.PacketHeader = (function () {
      const PacketHeader = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      PacketHeader.prototype.type = 0;
      PacketHeader.prototype.size = 0;
      PacketHeader.prototype.sequence = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      PacketHeader.prototype.timestamp = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      PacketHeader.prototype.isCompressed = false;
      PacketHeader.prototype.inReplyTo = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;

      PacketHeader.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.type != null &&
          $Object.hasOwnProperty.call(message, "type") &&
          message.type !== 0
        )
          writer.uint32(8).int32(message.type);
        if (
          message.size != null &&
          $Object.hasOwnProperty.call(message, "size") &&
          message.size !== 0
        )
          writer.uint32(16).uint32(message.size);
        if (
          message.sequence != null &&
          $Object.hasOwnProperty.call(message, "sequence") &&
          (typeof message.sequence === "object"
            ? message.sequence.low || message.sequence.high
            : message.sequence !== 0)
        )
          writer.uint32(24).uint64(message.sequence);
        if (
          message.timestamp != null &&
          $Object.hasOwnProperty.call(message, "timestamp") &&
          (typeof message.timestamp === "object"
            ? message.timestamp.low || message.timestamp.high
            : message.timestamp !== 0)
        )
          writer.uint32(32).uint64(message.timestamp);
        if (
          message.isCompressed != null &&
          $Object.hasOwnProperty.call(message, "isCompressed") &&
          message.isCompressed !== false
        )
          writer.uint32(40).bool(message.isCompressed);
        if (
          message.inReplyTo != null &&
          $Object.hasOwnProperty.call(message, "inReplyTo") &&
          (typeof message.inReplyTo === "object"
            ? message.inReplyTo.low || message.inReplyTo.high
            : message.inReplyTo !== 0)
        )
          writer.uint32(128).uint64(message.inReplyTo);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      PacketHeader.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.PacketHeader();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType !== 0) break;
              if ((value = reader.int32())) message.type = value;
              else delete message.type;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.size = value;
              else delete message.size;
              continue;
            }
            case 3: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.sequence = value;
              else delete message.sequence;
              continue;
            }
            case 4: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.timestamp = value;
              else delete message.timestamp;
              continue;
            }
            case 5: {
              if (wireType !== 0) break;
              if ((value = reader.bool())) message.isCompressed = value;
              else delete message.isCompressed;
              continue;
            }
            case 16: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.inReplyTo = value;
              else delete message.inReplyTo;
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, "$unknowns", false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError("index out of range");
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error("missing end group");
        return message;
      };

      return PacketHeader;
    })();

    v1.Packet = (function () {
      const Packet = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      Packet.prototype.header = null;
      Packet.prototype.payload = $util.newBuffer([]);

      Packet.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (message.header != null && $Object.hasOwnProperty.call(message, "header"))
          $root.reprise.v1.PacketHeader.encode(
            message.header,
            writer.uint32(10).fork(),
            _depth + 1,
          ).ldelim();
        if (
          message.payload != null &&
          $Object.hasOwnProperty.call(message, "payload") &&
          message.payload.length
        )
          writer.uint32(18).bytes(message.payload);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      Packet.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message, value;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.Packet();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          let wireType = tag & 7;
          switch ((tag >>>= 3)) {
            case 1: {
              if (wireType !== 2) break;
              message.header = $root.reprise.v1.PacketHeader.decode(
                reader,
                reader.size(),
                $undefined,
                _depth + 1,
                message.header,
              );
              continue;
            }
            case 2: {
              if (wireType !== 2) break;
              if ((value = reader.bytes()).length) message.payload = value;
              else delete message.payload;
              continue;
            }
          }
          reader.skipType(wireType, _depth, tag);
          if (!reader.discardUnknown) {
            $util.makeProp(message, "$unknowns", false);
            (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
          }
        }
        if (length !== $undefined) {
          if (reader.pos !== end) throw $RangeError("index out of range");
          reader.len = length;
        }
        if (_end !== $undefined) throw $Error("missing end group");
        return message;
      };

      return Packet;
    })();

    return v1;
  })();

  return reprise;
})());

export { $root as default };
