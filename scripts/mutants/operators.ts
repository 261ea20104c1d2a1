/**
 * What can be got wrong in a program without knowing what it does: operators over its syntax. Each
 * gives the places where it applies, and what it would make of them.
 *
 * Left alone are types, text for readers (messages, logs), and assertions: a dropped assertion
 * changes nothing in a program that keeps it.
 */
import ts from "typescript";

export const operatorNames = [
  "relational",
  "constant",
  "arithmetic",
  "logical",
  "negated-condition",
  "flipped-boolean",
  "dropped-statement",
  "dropped-removal",
  "swapped-arguments",
  "early-return",
  "least-and-most",
  "dropped-return",
] as const;
export type Operator = (typeof operatorNames)[number];

export interface Place {
  readonly operator: Operator;
  readonly start: number;
  readonly end: number;
  readonly to: string;
}

const { SyntaxKind } = ts;

const otherToken: Readonly<Record<string, { readonly operator: Operator; readonly to: string }>> = {
  "<": { operator: "relational", to: "<=" },
  "<=": { operator: "relational", to: "<" },
  ">": { operator: "relational", to: ">=" },
  ">=": { operator: "relational", to: ">" },
  "===": { operator: "relational", to: "!==" },
  "!==": { operator: "relational", to: "===" },
  "+": { operator: "arithmetic", to: "-" },
  "-": { operator: "arithmetic", to: "+" },
  "*": { operator: "arithmetic", to: "+" },
  "+=": { operator: "arithmetic", to: "-=" },
  "-=": { operator: "arithmetic", to: "+=" },
  "<<": { operator: "arithmetic", to: ">>" },
  ">>": { operator: "arithmetic", to: "<<" },
  ">>>": { operator: "arithmetic", to: "<<" },
  "&": { operator: "arithmetic", to: "|" },
  "|": { operator: "arithmetic", to: "&" },
  "&&": { operator: "logical", to: "||" },
  "||": { operator: "logical", to: "&&" },
};

/** Calls whose arguments are for readers, or that hold in a program that is right. */
const leftAlone = /(^|\.)(invariant|apiRule|assertNever|unreachable|log|RegExp|Error)$/;

/** Every place of a file to which an operator applies. */
export function placesOf(path: string, text: string): readonly Place[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const places: Place[] = [];
  const add = (operator: Operator, node: ts.Node, to: string): void => {
    places.push({ operator, start: node.getStart(source), end: node.getEnd(), to });
  };
  const visit = (node: ts.Node): void => {
    if (isLeftAlone(node)) return;
    expression(node, add);
    statement(node, add);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return places;
}

type Add = (operator: Operator, node: ts.Node, to: string) => void;

function isLeftAlone(node: ts.Node): boolean {
  if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node)) return true;
  if (ts.isTypeAliasDeclaration(node) || ts.isImportDeclaration(node)) return true;
  if (ts.isThrowStatement(node) || ts.isTemplateExpression(node)) return true;
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return false;
  return leftAlone.test(node.expression.getText());
}

function expression(node: ts.Node, add: Add): void {
  if (ts.isBinaryExpression(node)) {
    const { operatorToken, left, right } = node;
    const other = otherToken[operatorToken.getText()];
    const isText = [left, right].some((side) => ts.isStringLiteralLike(side));
    const isNull = right.kind === SyntaxKind.NullKeyword || right.getText() === "undefined";
    // What is compared with null is found at once by whoever takes it for something.
    if (other !== undefined && !(isText && other.operator === "arithmetic") && !isNull) {
      add(other.operator, operatorToken, other.to);
    }
  } else if (ts.isNumericLiteral(node) && isValue(node)) {
    add("constant", node, node.text === "0" ? "1" : `(${node.getText()} + 1)`);
  } else if (node.kind === SyntaxKind.TrueKeyword || node.kind === SyntaxKind.FalseKeyword) {
    if (isValue(node)) {
      const to = node.kind === SyntaxKind.TrueKeyword ? "false" : "true";
      add("flipped-boolean", node, to);
    }
  } else if (ts.isConditionalExpression(node)) {
    add("negated-condition", node.condition, `!(${node.condition.getText()})`);
  } else if (ts.isCallExpression(node)) call(node, add);
}

/** Not the name of a member, and no part of a type. */
const isValue = (node: ts.Node): boolean =>
  !ts.isPropertyAssignment(node.parent) || node.parent.name !== node;

function call(node: ts.CallExpression, add: Add): void {
  const callee = node.expression.getText();
  if (callee === "Math.min") add("least-and-most", node.expression, "Math.max");
  else if (callee === "Math.max") add("least-and-most", node.expression, "Math.min");
  else {
    const [first, second] = node.arguments;
    if (first === undefined || second === undefined) return;
    if (!isPlain(first) || !isPlain(second) || first.getText() === second.getText()) return;
    const rest = node.arguments.slice(2).map((argument) => argument.getText());
    const swapped = [second.getText(), first.getText(), ...rest].join(", ");
    add("swapped-arguments", node, `${callee}(${swapped})`);
  }
}

/** Whose place another could take without anybody noticing at once. */
const isPlain = (node: ts.Expression): boolean =>
  ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) || ts.isNumericLiteral(node);

function statement(node: ts.Node, add: Add): void {
  if (ts.isIfStatement(node)) {
    add("negated-condition", node.expression, `!(${node.expression.getText()})`);
  } else if (ts.isExpressionStatement(node)) dropped(node, add);
  else if (ts.isBlock(node)) early(node, add);
  else if (ts.isReturnStatement(node)) goesOn(node, add);
}

/** Who returns where a condition holds goes on instead. A function's last return is left alone. */
function goesOn(node: ts.ReturnStatement, add: Add): void {
  const { parent, expression: value } = node;
  const at = ts.isBlock(parent) ? parent.parent : parent;
  if (!ts.isIfStatement(at)) return;
  add("dropped-return", node, value === undefined ? ";" : `(${value.getText()});`);
}

function dropped(node: ts.ExpressionStatement, add: Add): void {
  const text = node.expression.getText();
  if (ts.isCallExpression(node.expression)) {
    if (leftAlone.test(node.expression.expression.getText())) return;
    if (text.startsWith("super(")) return;
    const isRemoval = /\.(delete|clear)\(/.test(text);
    add(isRemoval ? "dropped-removal" : "dropped-statement", node, ";");
  } else if (ts.isBinaryExpression(node.expression) || isStep(node.expression)) {
    // What a constructor does not set is missed at once.
    if (!hasParent(node, ts.isConstructorDeclaration)) add("dropped-statement", node, ";");
  }
}

const isStep = (node: ts.Node): boolean =>
  ts.isPostfixUnaryExpression(node) || ts.isPrefixUnaryExpression(node);

function hasParent(node: ts.Node, is: (node: ts.Node) => boolean): boolean {
  for (let at = node.parent; !ts.isSourceFile(at); at = at.parent) if (is(at)) return true;
  return false;
}

/** A function that gives nothing back ends before its last statement. */
function early(node: ts.Block, add: Add): void {
  const { parent, statements } = node;
  const isBody = ts.isMethodDeclaration(parent) || ts.isFunctionDeclaration(parent);
  const last = statements.at(-1);
  if (!isBody || statements.length < 2 || last === undefined) return;
  if (parent.type?.getText() !== "void") return;
  add("early-return", last, `return; ${last.getText()}`);
}
