import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fieldsOf, objectOf, setField, type Json } from '../../src/cluster/memory-fields.ts';
import { applied, applier, ownersInTheWay, type Owned } from '../../src/cluster/memory-ownership.ts';

describe('fields of an object', () => {
  it('make the same object again, lists by key, sets and empty maps included', () => {
    const object: Json = {
      metadata: { finalizers: ['b', 'a'], labels: {} },
      spec: {
        containers: [
          { name: 'main', env: [{ name: 'A', value: '1' }], args: ['-x', '-y'] },
          { name: 'log', resources: { limits: { cpu: 1 } } },
        ],
      },
    };

    assert.deepEqual(objectOf(fieldsOf(object)), object);
    assert.ok(fieldsOf(object).size >= 8);
  });

  it('of any object make it again', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.integer(),
        fc.array(fc.oneof(fc.string(), fc.integer())),
        fc.dictionary(fc.string({ maxLength: 4 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    const anyObject = fc
      .tuple(value, value)
      // Names such as __proto__ do not survive JSON, over which every object comes.
      .map(([spec, data]) => JSON.parse(JSON.stringify({ spec, data })) as Json);

    fc.assert(
      fc.property(anyObject, (object) => {
        assert.deepEqual(objectOf(fieldsOf(object)), object);
      }),
    );
  });

  it('a value put where a map was takes its place, and a map where a value was', () => {
    const fields = fieldsOf({ data: { a: { b: 1, c: 2 } } });
    const [path = ''] = fieldsOf({ data: { a: 7 } }).keys();
    const [below = ''] = fieldsOf({ data: { a: { d: 1 } } }).keys();

    setField(fields, path, 7);
    assert.deepEqual(objectOf(fields), { data: { a: 7 } });
    setField(fields, below, 1);

    assert.deepEqual(objectOf(fields), { data: { a: { d: 1 } } });
  });
});

describe('ownership of fields', () => {
  const managers = ['operator', 'autoscaler', 'person'];
  const data = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'));
  const step = fc.record({ manager: fc.constantFrom(...managers), data, force: fc.boolean() });

  it('after any applies each field has an owner, and each owner said its value last', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let owned: Owned = { fields: new Map(), owners: new Map() };
        const said = new Map<string, Record<string, string>>();
        for (const { manager, data: wanted, force } of steps) {
          const owner = applier(manager, 'object');
          const fields = fieldsOf({ data: wanted });
          if (!force && ownersInTheWay(owned, fields, owner).length > 0) continue;
          owned = applied(owned, fields, owner);
          said.set(owner, wanted);
        }

        for (const [path, value] of owned.fields) {
          const owners = [...owned.owners].filter(([, paths]) => paths.has(path)).map(([owner]) => owner);
          assert.ok(owners.length > 0, `${path} has no owner`);
          for (const owner of owners) assert.deepEqual(fieldsOf({ data: said.get(owner) }).get(path), value);
        }
        for (const paths of owned.owners.values()) {
          for (const path of paths) assert.ok(owned.fields.has(path), `${path} is owned and not there`);
        }
      }),
    );
  });

  it('without force nobody changes what others say', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let owned: Owned = { fields: new Map(), owners: new Map() };
        for (const { manager, data: wanted } of steps) {
          const owner = applier(manager, 'object');
          const fields = fieldsOf({ data: wanted });
          if (ownersInTheWay(owned, fields, owner).length > 0) continue;
          const before = owned;
          owned = applied(owned, fields, owner);
          for (const [other, paths] of before.owners) {
            if (other === owner) continue;
            for (const path of paths) assert.deepEqual(owned.fields.get(path), before.fields.get(path));
          }
        }
      }),
    );
  });
});
