/**
 * An object as its fields: each path to a value that is set as a whole. Lists that Kubernetes merges element by
 * element have the element's key in their path; all other lists are one value. Ownership of server-side apply is
 * ownership of such paths.
 */

export type Json = { readonly [field: string]: unknown };
/** By path. The order is that of the object. */
export type Fields = Map<string, unknown>;

/** Lists whose elements are known by one of their fields. */
const KEYED_LISTS: Readonly<Record<string, string>> = {
  conditions: 'type',
  containers: 'name',
  initContainers: 'name',
  volumes: 'name',
  env: 'name',
  imagePullSecrets: 'name',
  volumeMounts: 'mountPath',
  ownerReferences: 'uid',
};
/** Lists whose elements are their own keys. */
const SETS = ['finalizers'];

type Step = readonly ['field' | 'element' | 'member', string];

export function fieldsOf(object: Json): Fields {
  const fields: Fields = new Map();
  walk(object, [], '', (path, value) => fields.set(pathOf(path), value));
  return fields;
}

/** The object that has these fields. */
export function objectOf(fields: Fields): Json {
  const root: Branch = { kind: 'map', children: new Map() };
  for (const [path, value] of fields) graft(root, stepsOf(path), value);
  return asRecord(valueOf(root));
}

/** Puts `value` at `path`; values that stood above or below it go. An empty map is in nobody's way. */
export function setField(fields: Fields, path: string, value: unknown): void {
  if (!fields.has(path) && !isRecord(value)) dropOverlapping(fields, path);
  fields.set(path, value);
}

function dropOverlapping(fields: Fields, path: string): void {
  const steps = stepsOf(path);
  for (const [other, value] of fields) {
    if (!isRecord(value) && overlaps(stepsOf(other), steps)) fields.delete(other);
  }
}

/** Whether the field belongs to the status. */
export function isStatusField(path: string): boolean {
  const [, name] = stepsOf(path)[0] ?? [];
  return name === 'status';
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asRecord(value: unknown): Json {
  return isRecord(value) ? value : {};
}

function walk(
  value: unknown,
  path: Step[],
  name: string,
  leaf: (path: Step[], value: unknown) => void,
): void {
  if (isRecord(value)) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null);
    for (const [field, inner] of entries) walk(inner, [...path, ['field', field]], field, leaf);
    if (entries.length === 0 && path.length > 0) leaf(path, {});
    return;
  }
  const key = KEYED_LISTS[name];
  if (key !== undefined && isKeyedList(value, key)) {
    for (const inner of value) walk(inner, [...path, ['element', String(inner[key])]], '', leaf);
  } else if (SETS.includes(name) && Array.isArray(value)) {
    for (const inner of value) leaf([...path, ['member', String(inner)]], inner);
  } else leaf(path, value);
}

function isKeyedList(value: unknown, key: string): value is Json[] {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isRecord)) return false;
  const keys = new Set(value.map((element) => element[key]));
  return keys.size === value.length && [...keys].every((each) => typeof each === 'string');
}

type Branch = { readonly kind: 'map' | 'list'; readonly children: Map<string, Branch | Leaf> };
type Leaf = { readonly kind: 'leaf'; readonly value: unknown };

function graft(branch: Branch, [step, ...rest]: Step[], value: unknown): void {
  if (!step) return;
  const [, name] = step;
  const next = rest[0];
  if (!next) {
    if (!branch.children.has(name)) branch.children.set(name, { kind: 'leaf', value });
    return;
  }
  const found = branch.children.get(name);
  const child: Branch =
    found && found.kind !== 'leaf'
      ? found
      : { kind: next[0] === 'field' ? 'map' : 'list', children: new Map() };
  branch.children.set(name, child);
  graft(child, rest, value);
}

function valueOf(node: Branch | Leaf): unknown {
  if (node.kind === 'leaf') return node.value;
  if (node.kind === 'list') return [...node.children.values()].map(valueOf);
  return Object.fromEntries([...node.children].map(([name, child]) => [name, valueOf(child)]));
}

/** Whether one of two different paths leads through the other. */
function overlaps(one: readonly Step[], other: readonly Step[]): boolean {
  if (one.length === other.length) return false;
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.every(([kind, name], at) => long[at]?.[0] === kind && long[at]?.[1] === name);
}

/** A step is its mark and its name; names are text without a NUL. */
const MARKS = { field: '.', element: '[', member: '=' } as const;

function pathOf(steps: readonly Step[]): string {
  return steps.map(([kind, name]) => MARKS[kind] + name).join('\0');
}

function stepsOf(path: string): Step[] {
  return path.split('\0').map((step) => [kindOf(step), step.slice(1)]);
}

function kindOf(step: string): Step[0] {
  if (step.startsWith(MARKS.field)) return 'field';
  return step.startsWith(MARKS.element) ? 'element' : 'member';
}
