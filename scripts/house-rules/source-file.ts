// What the house rules need to know about one source file, read from its syntax tree.

import { parseSync } from 'vite';

/** Something at a line (counted from 1). */
export interface Found {
  readonly text: string;
  readonly line: number;
}

export interface SourceFile {
  /** From the repository's root, with `/`. */
  readonly path: string;
  readonly lineCount: number;
  /** Specifier of every import and re-export: static, dynamic and type-only. */
  readonly imports: readonly Found[];
  /** Every string literal, property name and identifier that looks like an environment variable's name. */
  readonly variableNames: readonly Found[];
  /** Every mention of `process.env`. */
  readonly environmentReads: readonly Found[];
  /** Every `let` or `var` outside of a function or block. */
  readonly moduleVariables: readonly Found[];
  /** Every cast that switches the type checker off: `as any`, `as unknown as`, and comments that do. */
  readonly blindSpots: readonly Found[];
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string; readonly start: number };

const VARIABLE_NAME = /^(SPECTRAL_[A-Z0-9_]+|[A-Z0-9_]+_API_KEY|DATABASE_URL|REDIS_URL)$/;
const BLINDING_COMMENT = /@ts-(ignore|nocheck)/;

/** Reads `text` as TypeScript, JSX or JavaScript by the ending of `path`; throws when it does not parse. */
export function readSource(path: string, text: string): SourceFile {
  const { program, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const lineOf = lineCounter(text);
  const nodes = [...nodesIn(program)];
  const find = (textOf: (node: Node) => string | undefined): Found[] =>
    nodes.flatMap((node) => {
      const found = textOf(node);
      return found === undefined ? [] : [{ text: found, line: lineOf(node.start) }];
    });

  return {
    path,
    lineCount: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    imports: find(importedBy),
    variableNames: find(variableNameIn),
    environmentReads: find(environmentReadIn),
    moduleVariables: program.body.flatMap((statement) => moduleVariableIn(statement, lineOf)),
    blindSpots: [
      ...find(blindCastIn),
      ...comments
        .filter((comment) => BLINDING_COMMENT.test(comment.value))
        .map((comment) => ({ text: comment.value.trim(), line: lineOf(comment.start) })),
    ],
  };
}

function lineCounter(text: string): (offset: number) => number {
  return (offset) => text.slice(0, offset).split('\n').length;
}

function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const element of value) yield* nodesIn(element);
  } else if (typeof value === 'object' && value !== null) {
    if (isNode(value)) yield value;
    yield* nodesIn(Object.values(value));
  }
}

function isNode(value: object): value is Node {
  return 'type' in value && typeof value.type === 'string' && 'start' in value;
}

function importedBy(node: Node): string | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return textOfLiteral(node['source']);
    default:
      return undefined;
  }
}

function textOfLiteral(value: unknown): string | undefined {
  const isLiteral = typeof value === 'object' && value !== null && isNode(value) && value.type === 'Literal';
  return isLiteral && typeof value['value'] === 'string' ? value['value'] : undefined;
}

function variableNameIn(node: Node): string | undefined {
  const text = node.type === 'Identifier' ? node['name'] : textOfLiteral(node);
  return typeof text === 'string' && VARIABLE_NAME.test(text) ? text : undefined;
}

function environmentReadIn(node: Node): string | undefined {
  const isRead =
    node.type === 'MemberExpression' &&
    nameOf(node['object']) === 'process' &&
    nameOf(node['property']) === 'env';
  return isRead ? 'process.env' : undefined;
}

function nameOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && isNode(value) ? value['name'] : undefined;
}

function moduleVariableIn(statement: object, lineOf: (offset: number) => number): Found[] {
  const declared =
    typeOf(statement) === 'ExportNamedDeclaration' && 'declaration' in statement
      ? statement.declaration
      : statement;
  if (typeof declared !== 'object' || declared === null || !isNode(declared)) return [];
  const kind = declared.type === 'VariableDeclaration' ? declared['kind'] : undefined;
  return kind === 'let' || kind === 'var' ? [{ text: kind, line: lineOf(declared.start) }] : [];
}

function blindCastIn(node: Node): string | undefined {
  if (node.type !== 'TSAsExpression') return undefined;
  if (typeOf(node['typeAnnotation']) === 'TSAnyKeyword') return 'as any';
  const inner = node['expression'];
  const isDouble =
    typeof inner === 'object' &&
    inner !== null &&
    isNode(inner) &&
    inner.type === 'TSAsExpression' &&
    typeOf(inner['typeAnnotation']) === 'TSUnknownKeyword';
  return isDouble ? 'as unknown as' : undefined;
}

function typeOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && isNode(value) ? value.type : undefined;
}
