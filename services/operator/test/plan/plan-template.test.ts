import assert from 'node:assert/strict';
import { networkPolicy } from '../../src/objects/network-policy.ts';
import { revisionOf } from '../../src/objects/revision.ts';
import { planTemplate } from '../../src/plan/plan-template.ts';
import { NOW, meta, template } from '../support/facts.ts';

describe('the plan of a template', () => {
  it('its network policy is applied where it is missing or was changed by hand', () => {
    const wanted = networkPolicy(template(), 'spectral');
    const found = { ...wanted, metadata: meta('policy') };
    assert.equal(plan({ policy: null }).applyPolicy, true);
    assert.equal(plan({ policy: found }).applyPolicy, false);
    assert.equal(plan({ policy: { ...found, spec: { ...found.spec, egress: [{}] } } }).applyPolicy, true);
  });

  it('an image without a digest is not accepted, unless tags are allowed', () => {
    assert.equal(acceptance({ pod: { image: 'agent:1' } }), 'False');
    assert.equal(acceptance({ pod: { image: 'agent:1', allowTags: true } }), 'True');
  });

  it('a sandbox without a RuntimeClass is not accepted', () => {
    const pod = { image: 'agent@sha256:1' };
    assert.equal(acceptance({ pod, isolation: { profile: 'Sandboxed' } }), 'False');
    const sandboxed = { pod: { ...pod, runtimeClassName: 'gvisor' }, isolation: { profile: 'Sandboxed' } };
    assert.equal(acceptance(sandboxed), 'True');
  });

  it('its revision changes with the pod alone, in whatever order the fields come', () => {
    const pod = { image: 'a@sha256:1', runAsUser: 5 };
    const revision = revisionOf(template({ pod }));
    assert.equal(revisionOf(template({ pod: { runAsUser: 5, image: 'a@sha256:1' } })), revision);
    assert.equal(revisionOf(template({ pod, workspace: { size: '50Gi' } })), revision);
    assert.notEqual(revisionOf(template({ pod: { ...pod, runAsUser: 6 } })), revision);
  });
});

function plan(change: Partial<Parameters<typeof planTemplate>[0]>) {
  const found = template();
  return planTemplate({
    template: found,
    usedBy: 1,
    policy: null,
    wantedPolicy: networkPolicy(found, 'spectral'),
    now: NOW,
    ...change,
  });
}

function acceptance(spec: Record<string, unknown>): string | undefined {
  return plan({ template: template(spec) }).status.conditions?.[0]?.status;
}
