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

const $root = $protobuf.roots["reprise-auth"] || ($protobuf.roots["reprise-auth"] = {});

export const reprise = ($root.reprise = (() => {
  const reprise = {};

  reprise.v1 = (function () {
    const v1 = {};

    v1.LoginRequest = (function () {
      const LoginRequest = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      LoginRequest.prototype.username = "";
      LoginRequest.prototype.passwordHash = "";
      LoginRequest.prototype.clientVersion = "";
      LoginRequest.prototype.deviceId = "";

      LoginRequest.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.username != null &&
          $Object.hasOwnProperty.call(message, "username") &&
          message.username !== ""
        )
          writer.uint32(10).string(message.username);
        if (
          message.passwordHash != null &&
          $Object.hasOwnProperty.call(message, "passwordHash") &&
          message.passwordHash !== ""
        )
          writer.uint32(18).string(message.passwordHash);
        if (
          message.clientVersion != null &&
          $Object.hasOwnProperty.call(message, "clientVersion") &&
          message.clientVersion !== ""
        )
          writer.uint32(26).string(message.clientVersion);
        if (
          message.deviceId != null &&
          $Object.hasOwnProperty.call(message, "deviceId") &&
          message.deviceId !== ""
        )
          writer.uint32(34).string(message.deviceId);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      LoginRequest.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.LoginRequest();
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
              if ((value = reader.stringVerify()).length) message.username = value;
              else delete message.username;
              continue;
            }
            case 2: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.passwordHash = value;
              else delete message.passwordHash;
              continue;
            }
            case 3: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.clientVersion = value;
              else delete message.clientVersion;
              continue;
            }
            case 4: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.deviceId = value;
              else delete message.deviceId;
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

      return LoginRequest;
    })();

    v1.LoginResponse = (function () {
      const LoginResponse = function (properties) {
        this.gameServers = [];
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      LoginResponse.prototype.success = false;
      LoginResponse.prototype.errorCode = 0;
      LoginResponse.prototype.errorMessage = "";
      LoginResponse.prototype.sessionToken = "";
      LoginResponse.prototype.playerId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      LoginResponse.prototype.gameServers = $util.emptyArray;

      LoginResponse.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.success != null &&
          $Object.hasOwnProperty.call(message, "success") &&
          message.success !== false
        )
          writer.uint32(8).bool(message.success);
        if (
          message.errorCode != null &&
          $Object.hasOwnProperty.call(message, "errorCode") &&
          message.errorCode !== 0
        )
          writer.uint32(16).int32(message.errorCode);
        if (
          message.errorMessage != null &&
          $Object.hasOwnProperty.call(message, "errorMessage") &&
          message.errorMessage !== ""
        )
          writer.uint32(26).string(message.errorMessage);
        if (
          message.sessionToken != null &&
          $Object.hasOwnProperty.call(message, "sessionToken") &&
          message.sessionToken !== ""
        )
          writer.uint32(34).string(message.sessionToken);
        if (
          message.playerId != null &&
          $Object.hasOwnProperty.call(message, "playerId") &&
          (typeof message.playerId === "object"
            ? message.playerId.low || message.playerId.high
            : message.playerId !== 0)
        )
          writer.uint32(40).uint64(message.playerId);
        if (message.gameServers != null && message.gameServers.length)
          for (let i = 0; i < message.gameServers.length; ++i)
            $root.reprise.v1.ServerInfo.encode(
              message.gameServers[i],
              writer.uint32(50).fork(),
              _depth + 1,
            ).ldelim();
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      LoginResponse.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.LoginResponse();
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
              if ((value = reader.bool())) message.success = value;
              else delete message.success;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.int32())) message.errorCode = value;
              else delete message.errorCode;
              continue;
            }
            case 3: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.errorMessage = value;
              else delete message.errorMessage;
              continue;
            }
            case 4: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.sessionToken = value;
              else delete message.sessionToken;
              continue;
            }
            case 5: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.playerId = value;
              else delete message.playerId;
              continue;
            }
            case 6: {
              if (wireType !== 2) break;
              if (!(message.gameServers && message.gameServers.length)) message.gameServers = [];
              message.gameServers.push(
                $root.reprise.v1.ServerInfo.decode(reader, reader.size(), $undefined, _depth + 1),
              );
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

      return LoginResponse;
    })();

    v1.ServerInfo = (function () {
      const ServerInfo = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      ServerInfo.prototype.serverId = 0;
      ServerInfo.prototype.serverName = "";
      ServerInfo.prototype.ipAddress = "";
      ServerInfo.prototype.port = 0;
      ServerInfo.prototype.currentPlayers = 0;
      ServerInfo.prototype.maxPlayers = 0;
      ServerInfo.prototype.loadFactor = 0;

      ServerInfo.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.serverId != null &&
          $Object.hasOwnProperty.call(message, "serverId") &&
          message.serverId !== 0
        )
          writer.uint32(8).uint32(message.serverId);
        if (
          message.serverName != null &&
          $Object.hasOwnProperty.call(message, "serverName") &&
          message.serverName !== ""
        )
          writer.uint32(18).string(message.serverName);
        if (
          message.ipAddress != null &&
          $Object.hasOwnProperty.call(message, "ipAddress") &&
          message.ipAddress !== ""
        )
          writer.uint32(26).string(message.ipAddress);
        if (
          message.port != null &&
          $Object.hasOwnProperty.call(message, "port") &&
          message.port !== 0
        )
          writer.uint32(32).uint32(message.port);
        if (
          message.currentPlayers != null &&
          $Object.hasOwnProperty.call(message, "currentPlayers") &&
          message.currentPlayers !== 0
        )
          writer.uint32(40).uint32(message.currentPlayers);
        if (
          message.maxPlayers != null &&
          $Object.hasOwnProperty.call(message, "maxPlayers") &&
          message.maxPlayers !== 0
        )
          writer.uint32(48).uint32(message.maxPlayers);
        if (
          message.loadFactor != null &&
          $Object.hasOwnProperty.call(message, "loadFactor") &&
          !$Object.is(message.loadFactor, 0)
        )
          writer.uint32(61).float(message.loadFactor);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      ServerInfo.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.ServerInfo();
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
              if ((value = reader.uint32())) message.serverId = value;
              else delete message.serverId;
              continue;
            }
            case 2: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.serverName = value;
              else delete message.serverName;
              continue;
            }
            case 3: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.ipAddress = value;
              else delete message.ipAddress;
              continue;
            }
            case 4: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.port = value;
              else delete message.port;
              continue;
            }
            case 5: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.currentPlayers = value;
              else delete message.currentPlayers;
              continue;
            }
            case 6: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.maxPlayers = value;
              else delete message.maxPlayers;
              continue;
            }
            case 7: {
              if (wireType !== 5) break;
              if (!$Object.is((value = reader.float()), 0)) message.loadFactor = value;
              else delete message.loadFactor;
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

      return ServerInfo;
    })();

    v1.LogoutRequest = (function () {
      const LogoutRequest = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      LogoutRequest.prototype.playerId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      LogoutRequest.prototype.sessionToken = "";

      LogoutRequest.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.playerId != null &&
          $Object.hasOwnProperty.call(message, "playerId") &&
          (typeof message.playerId === "object"
            ? message.playerId.low || message.playerId.high
            : message.playerId !== 0)
        )
          writer.uint32(8).uint64(message.playerId);
        if (
          message.sessionToken != null &&
          $Object.hasOwnProperty.call(message, "sessionToken") &&
          message.sessionToken !== ""
        )
          writer.uint32(18).string(message.sessionToken);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      LogoutRequest.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.LogoutRequest();
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
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.playerId = value;
              else delete message.playerId;
              continue;
            }
            case 2: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.sessionToken = value;
              else delete message.sessionToken;
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

      return LogoutRequest;
    })();

    v1.LogoutResponse = (function () {
      const LogoutResponse = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      LogoutResponse.prototype.success = false;
      LogoutResponse.prototype.errorCode = 0;

      LogoutResponse.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.success != null &&
          $Object.hasOwnProperty.call(message, "success") &&
          message.success !== false
        )
          writer.uint32(8).bool(message.success);
        if (
          message.errorCode != null &&
          $Object.hasOwnProperty.call(message, "errorCode") &&
          message.errorCode !== 0
        )
          writer.uint32(16).int32(message.errorCode);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      LogoutResponse.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.LogoutResponse();
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
              if ((value = reader.bool())) message.success = value;
              else delete message.success;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.int32())) message.errorCode = value;
              else delete message.errorCode;
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

      return LogoutResponse;
    })();

    v1.ErrorCode = (function () {
      const valuesById = $Object.create(null),
        values = $Object.create(valuesById);
      values[(valuesById[0] = "ERROR_NONE")] = 0;
      values[(valuesById[1] = "ERROR_INVALID_CREDENTIALS")] = 1;
      values[(valuesById[2] = "ERROR_SERVER_FULL")] = 2;
      values[(valuesById[3] = "ERROR_VERSION_MISMATCH")] = 3;
      values[(valuesById[4] = "ERROR_BANNED")] = 4;
      values[(valuesById[5] = "ERROR_MAINTENANCE")] = 5;
      values[(valuesById[6] = "ERROR_INTERNAL")] = 6;
      values[(valuesById[7] = "ERROR_TIMEOUT")] = 7;
      values[(valuesById[8] = "ERROR_DUPLICATE_LOGIN")] = 8;
      values["ERROR_ALREADY_LOGGED_IN"] = 8;
      values[(valuesById[9] = "ERROR_INVALID_PACKET")] = 9;
      values[(valuesById[10] = "ERROR_RATE_LIMITED")] = 10;
      values[(valuesById[100] = "ERROR_NOT_SERVED")] = 100;
      values[(valuesById[101] = "ERROR_NOT_ALLOWED_IN_STATE")] = 101;
      values[(valuesById[102] = "ERROR_UNAVAILABLE")] = 102;
      values[(valuesById[103] = "ERROR_LIMIT_REACHED")] = 103;
      values[(valuesById[104] = "ERROR_SERVER_ONLY")] = 104;
      values[(valuesById[105] = "ERROR_SEQUENCE_BROKEN")] = 105;
      values[(valuesById[106] = "ERROR_FRAME_LENGTH_INVALID")] = 106;
      values[(valuesById[107] = "ERROR_TOO_MANY_MALFORMED")] = 107;
      values[(valuesById[108] = "ERROR_HELLO_TIMEOUT")] = 108;
      values[(valuesById[109] = "ERROR_SLOW_READER")] = 109;
      values[(valuesById[110] = "ERROR_FLOOD")] = 110;
      values[(valuesById[111] = "ERROR_DEADLINE_EXCEEDED")] = 111;
      values[(valuesById[112] = "ERROR_SEALED_LOST")] = 112;
      values[(valuesById[113] = "ERROR_WRONG_TRANSPORT")] = 113;
      values[(valuesById[114] = "ERROR_FEATURE_FAILED")] = 114;
      values[(valuesById[115] = "ERROR_GOODBYE")] = 115;
      values[(valuesById[116] = "ERROR_NOT_PERMITTED")] = 116;
      values[(valuesById[117] = "ERROR_KICKED")] = 117;
      values[(valuesById[118] = "ERROR_NOT_FOUND")] = 118;
      return values;
    })();

    return v1;
  })();

  return reprise;
})());

export { $root as default };
