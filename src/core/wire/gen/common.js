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

const $root = $protobuf.roots["reprise-common"] || ($protobuf.roots["reprise-common"] = {});

export const reprise = ($root.reprise = (() => {
  const reprise = {};

  reprise.v1 = (function () {
    const v1 = {};

    v1.Vector3 = (function () {
      const Vector3 = function (properties) {
        if (properties)
          for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
            if (properties[keys[i]] != null && keys[i] !== "__proto__")
              this[keys[i]] = properties[keys[i]];
      };

      Vector3.prototype.x = 0;
      Vector3.prototype.y = 0;
      Vector3.prototype.z = 0;

      Vector3.encode = function (message, writer, _depth) {
        if (!writer) writer = $Writer.create();
        if (_depth === $undefined) _depth = 0;
        if (_depth > $util.recursionLimit) throw $Error("max depth exceeded");
        if (
          message.x != null &&
          $Object.hasOwnProperty.call(message, "x") &&
          !$Object.is(message.x, 0)
        )
          writer.uint32(13).float(message.x);
        if (
          message.y != null &&
          $Object.hasOwnProperty.call(message, "y") &&
          !$Object.is(message.y, 0)
        )
          writer.uint32(21).float(message.y);
        if (
          message.z != null &&
          $Object.hasOwnProperty.call(message, "z") &&
          !$Object.is(message.z, 0)
        )
          writer.uint32(29).float(message.z);
        if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
          for (let i = 0; i < message.$unknowns.length; ++i) writer.raw(message.$unknowns[i]);
        return writer;
      };

      Vector3.decode = function (reader, length, _end, _depth, _target) {
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
        message = _target || new $root.reprise.v1.Vector3();
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
              if (wireType !== 5) break;
              if (!$Object.is((value = reader.float()), 0)) message.x = value;
              else delete message.x;
              continue;
            }
            case 2: {
              if (wireType !== 5) break;
              if (!$Object.is((value = reader.float()), 0)) message.y = value;
              else delete message.y;
              continue;
            }
            case 3: {
              if (wireType !== 5) break;
              if (!$Object.is((value = reader.float()), 0)) message.z = value;
              else delete message.z;
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

      return Vector3;
    })();

    return v1;
  })();

  return reprise;
})());

export { $root as default };
