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

const $root = $protobuf.roots["reprise-operate"] || ($protobuf.roots["reprise-operate"] = {});

export const reprise = ($root.reprise = (() => {
  const reprise = {};

  reprise.v1 = (function () {
    const v1 = {};

    v1.PlayerRole = (function () {
      const valuesById = $Object.create(null),
        values = $Object.create(valuesById);
      values[(valuesById[0] = "PLAYER_ROLE_PLAYER")] = 0;
      values[(valuesById[1] = "PLAYER_ROLE_MODERATOR")] = 1;
      values[(valuesById[2] = "PLAYER_ROLE_OPERATOR")] = 2;
      return values;
    })();

    v1.SessionState = (function () {
      const valuesById = $Object.create(null),
        values = $Object.create(valuesById);
      values[(valuesById[0] = "SESSION_STATE_HANDSHAKING")] = 0;
      values[(valuesById[1] = "SESSION_STATE_CONNECTED")] = 1;
      values[(valuesById[2] = "SESSION_STATE_AUTHENTICATED")] = 2;
      values[(valuesById[3] = "SESSION_STATE_IN_WORLD")] = 3;
      values[(valuesById[4] = "SESSION_STATE_DISCONNECTING")] = 4;
      return values;
    })();

    v1.OperateRequest = (function () {
      const OperateRequest = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      OperateRequest.prototype.sessionToken = "";

      OperateRequest.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.sessionToken != null &&
          $Object.hasOwnProperty.call(message, "sessionToken") &&
          message.sessionToken !== ""
        )
          writer.uint32(10).string(message.sessionToken);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      OperateRequest.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.OperateRequest();
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

      return OperateRequest;
    })();

    v1.OperateResponse = (function () {
      const OperateResponse = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      OperateResponse.prototype.playerId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      OperateResponse.prototype.role = 0;

      OperateResponse.encode = function (message, writer, _depth) {
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
          message.role != null &&
          $Object.hasOwnProperty.call(message, "role") &&
          message.role !== 0
        )
          writer.uint32(16).int32(message.role);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      OperateResponse.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.OperateResponse();
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
              if (wireType !== 0) break;
              if ((value = reader.int32())) message.role = value;
              else delete message.role;
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

      return OperateResponse;
    })();

    v1.SessionsRequest = (function () {
      const SessionsRequest = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      SessionsRequest.prototype.afterSessionId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      SessionsRequest.prototype.limit = 0;

      SessionsRequest.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.afterSessionId != null &&
          $Object.hasOwnProperty.call(message, "afterSessionId") &&
          (typeof message.afterSessionId === "object"
            ? message.afterSessionId.low || message.afterSessionId.high
            : message.afterSessionId !== 0)
        )
          writer.uint32(8).uint64(message.afterSessionId);
        if (
          message.limit != null &&
          $Object.hasOwnProperty.call(message, "limit") &&
          message.limit !== 0
        )
          writer.uint32(16).uint32(message.limit);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      SessionsRequest.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.SessionsRequest();
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
                message.afterSessionId = value;
              else delete message.afterSessionId;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.limit = value;
              else delete message.limit;
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

      return SessionsRequest;
    })();

    v1.SessionsResponse = (function () {
      const SessionsResponse = function (properties) {
        this.sessions = [];
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      SessionsResponse.prototype.sessions = $util.emptyArray;
      SessionsResponse.prototype.more = false;
      SessionsResponse.prototype.total = 0;

      SessionsResponse.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (message.sessions != null && message.sessions.length)
          for (let i = 0; i < message.sessions.length; ++i)
            $root.reprise.v1.SessionInfo.encode(
              message.sessions[i],
              writer.uint32(10).fork(),
              _depth + 1,
            ).ldelim();
        if (
          message.more != null &&
          $Object.hasOwnProperty.call(message, "more") &&
          message.more !== false
        )
          writer.uint32(16).bool(message.more);
        if (
          message.total != null &&
          $Object.hasOwnProperty.call(message, "total") &&
          message.total !== 0
        )
          writer.uint32(24).uint32(message.total);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      SessionsResponse.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.SessionsResponse();
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
              if (!(message.sessions && message.sessions.length)) message.sessions = [];
              message.sessions.push(
                $root.reprise.v1.SessionInfo.decode(reader, reader.size(), $undefined, _depth + 1),
              );
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.bool())) message.more = value;
              else delete message.more;
              continue;
            }
            case 3: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.total = value;
              else delete message.total;
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

      return SessionsResponse;
    })();

    v1.SessionInfo = (function () {
      const SessionInfo = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      SessionInfo.prototype.sessionId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      SessionInfo.prototype.state = 0;
      SessionInfo.prototype.playerId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      SessionInfo.prototype.playerName = "";
      SessionInfo.prototype.role = 0;
      SessionInfo.prototype.remote = "";
      SessionInfo.prototype.secure = false;
      SessionInfo.prototype.openedAt = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      SessionInfo.prototype.heardAt = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;

      SessionInfo.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.sessionId != null &&
          $Object.hasOwnProperty.call(message, "sessionId") &&
          (typeof message.sessionId === "object"
            ? message.sessionId.low || message.sessionId.high
            : message.sessionId !== 0)
        )
          writer.uint32(8).uint64(message.sessionId);
        if (
          message.state != null &&
          $Object.hasOwnProperty.call(message, "state") &&
          message.state !== 0
        )
          writer.uint32(16).int32(message.state);
        if (
          message.playerId != null &&
          $Object.hasOwnProperty.call(message, "playerId") &&
          (typeof message.playerId === "object"
            ? message.playerId.low || message.playerId.high
            : message.playerId !== 0)
        )
          writer.uint32(24).uint64(message.playerId);
        if (
          message.playerName != null &&
          $Object.hasOwnProperty.call(message, "playerName") &&
          message.playerName !== ""
        )
          writer.uint32(34).string(message.playerName);
        if (
          message.role != null &&
          $Object.hasOwnProperty.call(message, "role") &&
          message.role !== 0
        )
          writer.uint32(40).int32(message.role);
        if (
          message.remote != null &&
          $Object.hasOwnProperty.call(message, "remote") &&
          message.remote !== ""
        )
          writer.uint32(50).string(message.remote);
        if (
          message.secure != null &&
          $Object.hasOwnProperty.call(message, "secure") &&
          message.secure !== false
        )
          writer.uint32(56).bool(message.secure);
        if (
          message.openedAt != null &&
          $Object.hasOwnProperty.call(message, "openedAt") &&
          (typeof message.openedAt === "object"
            ? message.openedAt.low || message.openedAt.high
            : message.openedAt !== 0)
        )
          writer.uint32(64).uint64(message.openedAt);
        if (
          message.heardAt != null &&
          $Object.hasOwnProperty.call(message, "heardAt") &&
          (typeof message.heardAt === "object"
            ? message.heardAt.low || message.heardAt.high
            : message.heardAt !== 0)
        )
          writer.uint32(72).uint64(message.heardAt);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      SessionInfo.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.SessionInfo();
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
                message.sessionId = value;
              else delete message.sessionId;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.int32())) message.state = value;
              else delete message.state;
              continue;
            }
            case 3: {
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
            case 4: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.playerName = value;
              else delete message.playerName;
              continue;
            }
            case 5: {
              if (wireType !== 0) break;
              if ((value = reader.int32())) message.role = value;
              else delete message.role;
              continue;
            }
            case 6: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.remote = value;
              else delete message.remote;
              continue;
            }
            case 7: {
              if (wireType !== 0) break;
              if ((value = reader.bool())) message.secure = value;
              else delete message.secure;
              continue;
            }
            case 8: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.openedAt = value;
              else delete message.openedAt;
              continue;
            }
            case 9: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.heardAt = value;
              else delete message.heardAt;
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

      return SessionInfo;
    })();

    v1.KickRequest = (function () {
      const KickRequest = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      KickRequest.prototype.sessionId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      KickRequest.prototype.playerName = "";
      KickRequest.prototype.reason = "";

      KickRequest.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.sessionId != null &&
          $Object.hasOwnProperty.call(message, "sessionId") &&
          (typeof message.sessionId === "object"
            ? message.sessionId.low || message.sessionId.high
            : message.sessionId !== 0)
        )
          writer.uint32(8).uint64(message.sessionId);
        if (
          message.playerName != null &&
          $Object.hasOwnProperty.call(message, "playerName") &&
          message.playerName !== ""
        )
          writer.uint32(18).string(message.playerName);
        if (
          message.reason != null &&
          $Object.hasOwnProperty.call(message, "reason") &&
          message.reason !== ""
        )
          writer.uint32(26).string(message.reason);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      KickRequest.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.KickRequest();
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
                message.sessionId = value;
              else delete message.sessionId;
              continue;
            }
            case 2: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.playerName = value;
              else delete message.playerName;
              continue;
            }
            case 3: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.reason = value;
              else delete message.reason;
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

      return KickRequest;
    })();

    v1.KickResponse = (function () {
      const KickResponse = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      KickResponse.prototype.sessionId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      KickResponse.prototype.playerId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      KickResponse.prototype.playerName = "";

      KickResponse.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.sessionId != null &&
          $Object.hasOwnProperty.call(message, "sessionId") &&
          (typeof message.sessionId === "object"
            ? message.sessionId.low || message.sessionId.high
            : message.sessionId !== 0)
        )
          writer.uint32(8).uint64(message.sessionId);
        if (
          message.playerId != null &&
          $Object.hasOwnProperty.call(message, "playerId") &&
          (typeof message.playerId === "object"
            ? message.playerId.low || message.playerId.high
            : message.playerId !== 0)
        )
          writer.uint32(16).uint64(message.playerId);
        if (
          message.playerName != null &&
          $Object.hasOwnProperty.call(message, "playerName") &&
          message.playerName !== ""
        )
          writer.uint32(26).string(message.playerName);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      KickResponse.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.KickResponse();
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
                message.sessionId = value;
              else delete message.sessionId;
              continue;
            }
            case 2: {
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
            case 3: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.playerName = value;
              else delete message.playerName;
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

      return KickResponse;
    })();

    v1.AnnounceRequest = (function () {
      const AnnounceRequest = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      AnnounceRequest.prototype.message = "";

      AnnounceRequest.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.message != null &&
          $Object.hasOwnProperty.call(message, "message") &&
          message.message !== ""
        )
          writer.uint32(10).string(message.message);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      AnnounceRequest.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.AnnounceRequest();
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
              if ((value = reader.stringVerify()).length) message.message = value;
              else delete message.message;
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

      return AnnounceRequest;
    })();

    v1.AnnounceResponse = (function () {
      const AnnounceResponse = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      AnnounceResponse.prototype.receivers = 0;

      AnnounceResponse.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.receivers != null &&
          $Object.hasOwnProperty.call(message, "receivers") &&
          message.receivers !== 0
        )
          writer.uint32(8).uint32(message.receivers);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      AnnounceResponse.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.AnnounceResponse();
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
              if ((value = reader.uint32())) message.receivers = value;
              else delete message.receivers;
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

      return AnnounceResponse;
    })();

    v1.Announcement = (function () {
      const Announcement = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      Announcement.prototype.message = "";
      Announcement.prototype.timestamp = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;

      Announcement.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.message != null &&
          $Object.hasOwnProperty.call(message, "message") &&
          message.message !== ""
        )
          writer.uint32(10).string(message.message);
        if (
          message.timestamp != null &&
          $Object.hasOwnProperty.call(message, "timestamp") &&
          (typeof message.timestamp === "object"
            ? message.timestamp.low || message.timestamp.high
            : message.timestamp !== 0)
        )
          writer.uint32(16).uint64(message.timestamp);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      Announcement.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.Announcement();
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
              if ((value = reader.stringVerify()).length) message.message = value;
              else delete message.message;
              continue;
            }
            case 2: {
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

      return Announcement;
    })();

    return v1;
  })();

  return reprise;
})());

export { $root as default };
