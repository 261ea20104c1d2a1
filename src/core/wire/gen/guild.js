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

const $root = $protobuf.roots["reprise-guild"] || ($protobuf.roots["reprise-guild"] = {});

export const reprise = ($root.reprise = (() => {
  const reprise = {};

  reprise.v1 = (function () {
    const v1 = {};

    v1.GuildCreateRequest = (function () {
      const GuildCreateRequest = function (properties) {
        this.charterSigners = [];
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      GuildCreateRequest.prototype.guildName = "";
      GuildCreateRequest.prototype.charterSigners = $util.emptyArray;

      GuildCreateRequest.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.guildName != null &&
          $Object.hasOwnProperty.call(message, "guildName") &&
          message.guildName !== ""
        )
          writer.uint32(10).string(message.guildName);
        if (message.charterSigners != null && message.charterSigners.length)
          writer.uint32(18).uint64s(message.charterSigners);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      GuildCreateRequest.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.GuildCreateRequest();
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
              if ((value = reader.stringVerify()).length) message.guildName = value;
              else delete message.guildName;
              continue;
            }
            case 2: {
              if (wireType === 2) {
                if (!(message.charterSigners && message.charterSigners.length))
                  message.charterSigners = [];
                reader.uint64s(message.charterSigners);
                continue;
              }
              if (wireType !== 0) break;
              if (!(message.charterSigners && message.charterSigners.length))
                message.charterSigners = [];
              message.charterSigners.push(reader.uint64());
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

      return GuildCreateRequest;
    })();

    v1.GuildCreateResponse = (function () {
      const GuildCreateResponse = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      GuildCreateResponse.prototype.success = false;
      GuildCreateResponse.prototype.errorCode = 0;
      GuildCreateResponse.prototype.guildId = 0;

      GuildCreateResponse.encode = function (message, writer, _depth) {
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
          message.guildId != null &&
          $Object.hasOwnProperty.call(message, "guildId") &&
          message.guildId !== 0
        )
          writer.uint32(24).uint32(message.guildId);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      GuildCreateResponse.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.GuildCreateResponse();
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
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.guildId = value;
              else delete message.guildId;
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

      return GuildCreateResponse;
    })();

    v1.GuildInviteRequest = (function () {
      const GuildInviteRequest = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      GuildInviteRequest.prototype.guildId = 0;
      GuildInviteRequest.prototype.targetId = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      GuildInviteRequest.prototype.targetName = "";

      GuildInviteRequest.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.guildId != null &&
          $Object.hasOwnProperty.call(message, "guildId") &&
          message.guildId !== 0
        )
          writer.uint32(8).uint32(message.guildId);
        if (
          message.targetId != null &&
          $Object.hasOwnProperty.call(message, "targetId") &&
          (typeof message.targetId === "object"
            ? message.targetId.low || message.targetId.high
            : message.targetId !== 0)
        )
          writer.uint32(16).uint64(message.targetId);
        if (
          message.targetName != null &&
          $Object.hasOwnProperty.call(message, "targetName") &&
          message.targetName !== ""
        )
          writer.uint32(26).string(message.targetName);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      GuildInviteRequest.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.GuildInviteRequest();
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
              if ((value = reader.uint32())) message.guildId = value;
              else delete message.guildId;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.targetId = value;
              else delete message.targetId;
              continue;
            }
            case 3: {
              if (wireType !== 2) break;
              if ((value = reader.stringVerify()).length) message.targetName = value;
              else delete message.targetName;
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

      return GuildInviteRequest;
    })();

    v1.GuildInviteResponse = (function () {
      const GuildInviteResponse = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      GuildInviteResponse.prototype.success = false;
      GuildInviteResponse.prototype.errorCode = 0;

      GuildInviteResponse.encode = function (message, writer, _depth) {
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

      GuildInviteResponse.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.GuildInviteResponse();
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

      return GuildInviteResponse;
    })();

    v1.GuildWarRequest = (function () {
      const GuildWarRequest = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      GuildWarRequest.prototype.targetGuildId = 0;
      GuildWarRequest.prototype.instanced = false;

      GuildWarRequest.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.targetGuildId != null &&
          $Object.hasOwnProperty.call(message, "targetGuildId") &&
          message.targetGuildId !== 0
        )
          writer.uint32(8).uint32(message.targetGuildId);
        if (
          message.instanced != null &&
          $Object.hasOwnProperty.call(message, "instanced") &&
          message.instanced !== false
        )
          writer.uint32(16).bool(message.instanced);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      GuildWarRequest.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.GuildWarRequest();
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
              if ((value = reader.uint32())) message.targetGuildId = value;
              else delete message.targetGuildId;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.bool())) message.instanced = value;
              else delete message.instanced;
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

      return GuildWarRequest;
    })();

    v1.GuildWarResponse = (function () {
      const GuildWarResponse = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      GuildWarResponse.prototype.success = false;
      GuildWarResponse.prototype.errorCode = 0;
      GuildWarResponse.prototype.warId = 0;

      GuildWarResponse.encode = function (message, writer, _depth) {
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
          message.warId != null &&
          $Object.hasOwnProperty.call(message, "warId") &&
          message.warId !== 0
        )
          writer.uint32(24).uint32(message.warId);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      GuildWarResponse.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.GuildWarResponse();
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
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.warId = value;
              else delete message.warId;
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

      return GuildWarResponse;
    })();

    v1.GuildInviteAcceptRequest = (function () {
      const GuildInviteAcceptRequest = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      GuildInviteAcceptRequest.prototype.guildId = 0;

      GuildInviteAcceptRequest.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.guildId != null &&
          $Object.hasOwnProperty.call(message, "guildId") &&
          message.guildId !== 0
        )
          writer.uint32(8).uint32(message.guildId);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      GuildInviteAcceptRequest.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.GuildInviteAcceptRequest();
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
              if ((value = reader.uint32())) message.guildId = value;
              else delete message.guildId;
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

      return GuildInviteAcceptRequest;
    })();

    v1.GuildLeaveRequest = (function () {
      const GuildLeaveRequest = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      GuildLeaveRequest.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      GuildLeaveRequest.decode = function (reader, length, _end, _depth, _target) {
        if (!(reader instanceof $Reader)) reader = $Reader.create(reader);
        if (_depth === $undefined) _depth = 0;
        if (_depth > $Reader.recursionLimit) throw $Error("max depth exceeded");
        let end, message;
        if (length === $undefined) end = reader.len;
        else {
          end = reader.pos + length;
          if (end > reader.len) throw $RangeError("index out of range");
          length = reader.len;
          reader.len = end;
        }
        message = _target || new $root.reprise.v1.GuildLeaveRequest();
        while (reader.pos < end) {
          let start = reader.pos;
          let tag = reader.tag();
          if (tag === _end) {
            _end = $undefined;
            break;
          }
          reader.skipType(tag & 7, _depth, tag);
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

      return GuildLeaveRequest;
    })();

    v1.GuildWarStart = (function () {
      const GuildWarStart = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      GuildWarStart.prototype.warId = 0;
      GuildWarStart.prototype.attackerGuildId = 0;
      GuildWarStart.prototype.defenderGuildId = 0;
      GuildWarStart.prototype.startsAt = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;
      GuildWarStart.prototype.endsAt = $util.Long ? $util.Long.fromBits(0, 0, true) : 0;

      GuildWarStart.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.warId != null &&
          $Object.hasOwnProperty.call(message, "warId") &&
          message.warId !== 0
        )
          writer.uint32(8).uint32(message.warId);
        if (
          message.attackerGuildId != null &&
          $Object.hasOwnProperty.call(message, "attackerGuildId") &&
          message.attackerGuildId !== 0
        )
          writer.uint32(16).uint32(message.attackerGuildId);
        if (
          message.defenderGuildId != null &&
          $Object.hasOwnProperty.call(message, "defenderGuildId") &&
          message.defenderGuildId !== 0
        )
          writer.uint32(24).uint32(message.defenderGuildId);
        if (
          message.startsAt != null &&
          $Object.hasOwnProperty.call(message, "startsAt") &&
          (typeof message.startsAt === "object"
            ? message.startsAt.low || message.startsAt.high
            : message.startsAt !== 0)
        )
          writer.uint32(32).uint64(message.startsAt);
        if (
          message.endsAt != null &&
          $Object.hasOwnProperty.call(message, "endsAt") &&
          (typeof message.endsAt === "object"
            ? message.endsAt.low || message.endsAt.high
            : message.endsAt !== 0)
        )
          writer.uint32(40).uint64(message.endsAt);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      GuildWarStart.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.GuildWarStart();
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
              if ((value = reader.uint32())) message.warId = value;
              else delete message.warId;
              continue;
            }
            case 2: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.attackerGuildId = value;
              else delete message.attackerGuildId;
              continue;
            }
            case 3: {
              if (wireType !== 0) break;
              if ((value = reader.uint32())) message.defenderGuildId = value;
              else delete message.defenderGuildId;
              continue;
            }
            case 4: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.startsAt = value;
              else delete message.startsAt;
              continue;
            }
            case 5: {
              if (wireType !== 0) break;
              if (
                typeof (value = reader.uint64()) === "object"
                  ? value.low || value.high
                  : value !== 0
              )
                message.endsAt = value;
              else delete message.endsAt;
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

      return GuildWarStart;
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
