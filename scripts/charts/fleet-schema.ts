// The fields of the fleet's kinds as JSON Schema for values, made of the schemas in spectral-crds, and stricter: what a
// kind does not know is refused at once instead of pruned.

/** A node of an OpenAPI schema as a CRD has it. */
type Schema = Readonly<Record<string, unknown>>;

/** What says nothing to a validator of values. */
const NOT_FOR_VALUES = ['default', 'format'];

/** The schema of `spec` in a CustomResourceDefinition, draft 7. Fields in `optional` (such as `pod.image`) may be left out. */
export function specSchema(crd: unknown, optional: readonly string[] = []): Schema {
  const spec = at(crd, ['spec', 'versions', '0', 'schema', 'openAPIV3Schema', 'properties', 'spec']);
  return strict(spec, '', optional);
}

function strict(schema: Schema, prefix: string, optional: readonly string[]): Schema {
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const kept = Object.entries(schema).filter(
    ([key]) => !key.startsWith('x-') && !NOT_FOR_VALUES.includes(key),
  );
  const walked = kept.map(([key, value]): [string, unknown] => [key, walk(key, value, prefix, optional)]);
  const isClosed = 'properties' in schema && !isOpen && !('additionalProperties' in schema);
  return { ...Object.fromEntries(walked), ...(isClosed ? { additionalProperties: false } : {}) };
}

function walk(key: string, value: unknown, prefix: string, optional: readonly string[]): unknown {
  if (key === 'required' && Array.isArray(value))
    return value.filter((name) => !optional.includes(`${prefix}${String(name)}`));
  if (key === 'properties' && isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, child]) => [
        name,
        strict(child as Schema, `${prefix}${name}.`, optional),
      ]),
    );
  if ((key === 'items' || key === 'additionalProperties') && isObject(value))
    return strict(value, prefix, optional);
  return value;
}

function at(value: unknown, path: readonly string[]): Schema {
  const found = path.reduce<unknown>((node, key) => (isObject(node) ? node[key] : undefined), value);
  if (!isObject(found)) throw new Error(`the CustomResourceDefinition has no ${path.join('.')}`);
  return found;
}

function isObject(value: unknown): value is Schema {
  return value !== null && typeof value === 'object';
}
