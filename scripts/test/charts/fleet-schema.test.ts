// How a schema of the cluster becomes one of values.

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { specSchema } from '../../charts/fleet-schema.ts';

const crdOf = (spec: object) => ({
  spec: { versions: [{ schema: { openAPIV3Schema: { properties: { spec } } } }] },
});

describe('the schema of a kind, for values', () => {
  it('is closed at every map with named fields, and open where the kind keeps what it does not know', () => {
    const schema = specSchema(
      crdOf({
        type: 'object',
        properties: {
          pod: { type: 'object', properties: { image: { type: 'string', default: 'x', maxLength: 5 } } },
          affinity: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
        },
      }),
    );

    assert.deepEqual(schema, {
      type: 'object',
      additionalProperties: false,
      properties: {
        pod: {
          type: 'object',
          additionalProperties: false,
          properties: { image: { type: 'string', maxLength: 5 } },
        },
        affinity: { type: 'object' },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
      },
    });
  });

  it('demands what the kind demands, but for what the chart fills in', () => {
    const pod = { type: 'object', required: ['image', 'name'], properties: { image: {}, name: {} } };
    const schema = specSchema(crdOf({ type: 'object', required: ['pod'], properties: { pod } }), [
      'pod',
      'pod.image',
    ]);

    assert.deepEqual(schema['required'], []);
    assert.deepEqual((schema['properties'] as { pod: { required: string[] } }).pod.required, ['name']);
  });

  it('says which part of the kind is missing', () => {
    assert.throws(() => specSchema({ spec: {} }), /has no spec\.versions/);
  });
});
