/**
 * Writes docs/PROTOCOL.md: every packet of the published contracts, every message of the schemas
 * and every error code, from the code that a server runs.
 *
 *     node scripts/gen-protocol.ts            writes it
 *     node scripts/gen-protocol.ts --check    writes nothing; exit 1 when the page is stale
 */
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import protobuf from "protobufjs";
import { publishedContracts } from "../src/core/features/contracts.ts";
import { featuresOf } from "../src/core/features/index.ts";
import { errorTable } from "../src/core/kernel/errors.ts";
import type { Feature } from "../src/core/realm/index.ts";
import { reprise as generated } from "../src/core/wire/gen/packet.js";
import type { AnyEntry, AnyMessage } from "../src/core/wire/index.ts";

const repository = join(import.meta.dirname, "..");
const page = "docs/PROTOCOL.md";
const roles = ["login", "game"] as const;
type Role = (typeof roles)[number];

/** The schemas that hold messages, with what each is about, in the order of the page. */
const subjects = {
  packet: "The envelope",
  session: "Sessions",
  auth: "Logging in",
  game: "The game",
  guild: "Guilds",
  operate: "Operating",
  common: "What the others use",
} as const;

type Subject = keyof typeof subjects;

/** What a schema itself defines, with its comments. */
function partsOf(subject: Subject): readonly protobuf.ReflectionObject[] {
  const text = readFileSync(join(repository, "proto", `${subject}.proto`), "utf8");
  const options = { keepCase: true, alternateCommentMode: true };
  const { root } = protobuf.parse(text, new protobuf.Root(), options);
  return (root.lookup("reprise.v1") as protobuf.Namespace).nestedArray;
}

const schemas = Object.keys(subjects).map((key) => {
  const subject = key as Subject;
  return { subject, title: subjects[subject], parts: partsOf(subject) };
});
const partNames = new Set(schemas.flatMap(({ parts }) => parts.map(({ name }) => name)));

// ---------------------------------------------------------------- packets

interface PacketLine {
  readonly type: number;
  readonly direction: "to the server" | "to the client";
  readonly message: string;
  /** `contract.entry` */
  readonly entry: string;
  readonly delivery: string;
  readonly answeredBy: number | null;
}

const packetNames = new Map(
  Object.entries(generated.v1.PacketType).map(([name, type]) => [Number(type), name]),
);

const nameOf = (message: AnyMessage): string => (message as unknown as { name: string }).name;

function linesOf(name: string, entry: AnyEntry): readonly PacketLine[] {
  const { type } = entry;
  const common = { type, message: nameOf(entry.message), entry: name };
  if (entry.kind === "toClient") {
    const { delivery } = entry;
    return [{ ...common, direction: "to the client", delivery, answeredBy: null }];
  }
  const asked = { ...common, direction: "to the server", delivery: "" } as const;
  if (entry.kind === "toServer") return [{ ...asked, answeredBy: null }];
  const { replyType, reply, delivery } = entry;
  return [
    { ...asked, answeredBy: replyType },
    {
      type: replyType,
      direction: "to the client",
      message: nameOf(reply),
      entry: name,
      delivery,
      answeredBy: null,
    },
  ];
}

const packets = publishedContracts
  .flatMap(({ name, entries }) =>
    Object.entries(entries).flatMap(([key, entry]) => linesOf(`${name}.${key}`, entry)),
  )
  // Stable, so that a request stands before an answer of its number.
  .toSorted((a, b) => a.type - b.type);

function packetTable(): string {
  return table(
    ["type", "name", "direction", "message", "answered by", "delivery", "contract"],
    packets.map(({ type, direction, message, answeredBy, delivery, entry }) => [
      String(type),
      `\`${packetNames.get(type) ?? ""}\``,
      direction,
      linkTo(message),
      answeredBy === null ? "" : String(answeredBy),
      delivery,
      `\`${entry}\``,
    ]),
  );
}

// ---------------------------------------------------------------- who serves what

/** In which states of a session a role takes the entry, and how often; null when it does not. */
function serviceOf(role: Role, entry: string): { states: string; budget: string } | null {
  const [contract = "", key = ""] = entry.split(".");
  const feature = featuresOf(role).find(({ name }: Feature) => name === contract);
  const handler = feature?.implementation.packets[key];
  if (handler === undefined) return null;
  const { states, budget, roles: who } = handler;
  const only = who === undefined ? "" : ` (${who.join(", ")} only)`;
  return {
    states: `${states.join(", ")}${only}`,
    budget: budget === undefined ? "" : `${budget.perSecond}/s, ${budget.burst} at once`,
  };
}

function serviceTable(): string {
  const asked = packets.filter(({ direction }) => direction === "to the server");
  return table(
    ["type", "name", ...roles.map((role) => `${role} server`), "budget"],
    asked.map(({ type, entry }) => {
      const services = roles.map((role) => serviceOf(role, entry));
      const budgets = services.flatMap((service) => (service === null ? [] : [service.budget]));
      return [
        String(type),
        `\`${packetNames.get(type) ?? ""}\``,
        ...services.map((service) => service?.states ?? "—"),
        [...new Set(budgets)].join("; "),
      ];
    }),
  );
}

// ---------------------------------------------------------------- messages

function subjectSection({ subject, title, parts }: (typeof schemas)[number]): string {
  const sections = parts.flatMap((part) => {
    if (part instanceof protobuf.Type) return [messageSection(part)];
    const isTold = Object.hasOwn(tables, part.name);
    return part instanceof protobuf.Enum && !isTold ? [enumSection(part)] : [];
  });
  const schema = `[\`proto/${subject}.proto\`](../proto/${subject}.proto)`;
  return `## ${title}\n\nIn ${schema}.\n\n${sections.join("\n\n")}`;
}

function messageSection(message: protobuf.Type): string {
  const rows = message.fieldsArray.map((field) => [
    String(field.id),
    `\`${field.name}\``,
    typeOf(field),
    [isSecret(field) ? "**Secret.**" : "", sentence(field.comment)].join(" ").trim(),
  ]);
  const fields =
    rows.length === 0 ? "It has no fields." : table(["", "field", "type", "meaning"], rows);
  return `### ${message.name}\n\n${sentence(message.comment)}\n\n${fields}`;
}

function typeOf(field: protobuf.Field): string {
  const type = partNames.has(field.type) ? linkTo(field.type) : `\`${field.type}\``;
  const choice = field.partOf === null ? "" : `, one of \`${field.partOf.name}\``;
  return `${field.repeated ? "repeated " : ""}${type}${choice}`;
}

const isSecret = (field: protobuf.Field): boolean => field.options?.["(secret)"] === true;

function enumSection(values: protobuf.Enum): string {
  const rows = Object.entries(values.values).map(([name, number]) => [
    String(number),
    `\`${name}\``,
    sentence(values.comments[name] ?? null),
  ]);
  const about = sentence(values.comment);
  return `### ${values.name}\n\n${about}\n\n${table(["", "value", "meaning"], rows)}`;
}

// ---------------------------------------------------------------- error codes

function errorTableText(): string {
  const yes = (holds: boolean): string => (holds ? "yes" : "");
  return table(
    ["code", "name", "means", "ends the session", "may succeed later"],
    Object.entries(errorTable).map(([name, { code, meaning, closes, abuse, retryable }]) => [
      String(code),
      `\`${name}\`${name === "DUPLICATE_LOGIN" ? ", `ALREADY_LOGGED_IN`" : ""}`,
      meaning,
      abuse ? "reset, without a word" : yes(closes),
      yes(retryable),
    ]),
  );
}

// ---------------------------------------------------------------- the page

/** Enums that have a table of their own, with its heading. */
const tables: Readonly<Record<string, string>> = {
  ErrorCode: "error-codes",
  PacketType: "packets",
};

const linkTo = (name: string): string => `[${name}](#${tables[name] ?? name.toLowerCase()})`;

/** A comment of a schema as a cell or a paragraph. */
const sentence = (comment: string | null): string =>
  (comment ?? "").replaceAll(/\s*\n\s*/g, " ").replaceAll("|", "\\|");

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const text = `# The protocol

Made by \`scripts/gen-protocol.ts\` from the contracts, the schemas and the table of error codes:
change those. How the packets are framed, numbered and answered is in [CLIENTS.md](CLIENTS.md).

## Packets

Types 1000-1099 are sessions and login, 2000-2999 the game, 3000-3099 guilds; in these, 1050-1099,
2100-2999 and 3050-3099 are Reprise's own additions to the published protocol. 10,000-65,535 are the
features of users, each with a contract of its own. The contract is the name by which the TypeScript
client knows a packet. A prompt packet leaves at once; a committed one when what caused it is
durable.

${packetTable()}

## Who serves what

In which states of a session a server takes a packet. A dash: it answers \`NOT_SERVED\`. What only
servers send is answered with \`SERVER_ONLY\` everywhere. A type without a budget of its own has the
session's alone.

${serviceTable()}

## Ids and secrets

Ids of players and entities are \`uint64\` on the wire. Reprise gives none above 2^53 - 1, and a
greater one from a client is \`INVALID_PACKET\`: an id fits a double. 0 is nobody, and what a field
that was left out reads as. Texts are bounded in bytes of UTF-8, and every coordinate is finite.

The content of a field that is marked secret never enters a server's log: it is kept beside it while
it is needed.

${schemas.map(subjectSection).join("\n\n")}

## Error codes

Of [Error](#error), [Disconnect](#disconnect) and the answers that have an \`error_code\`. 0 to 99
are the published protocol's, from 100 Reprise's.

${errorTableText()}
`;

const path = join(repository, page);
const wanted = await format(text, { ...(await resolveConfig(path)), filepath: path });
if (process.argv.includes("--check")) {
  if ((await readFile(path, "utf8").catch(() => "")) !== wanted) {
    console.error(`stale: ${page}. Run: node scripts/gen-protocol.ts`);
    process.exitCode = 1;
  }
} else await writeFile(path, wanted);
