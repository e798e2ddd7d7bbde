/** The Pod Security standard "restricted", and what this house asks beyond it. */
import assert from 'node:assert/strict';
import type { Manifest } from './helm.ts';
import { podOf, type Container } from './manifests.ts';

/** Containers that users add by values are theirs to answer for. */
const OURS = ['gateway', 'relay', 'operator', 'migrate', 'test', 'postgres', 'redis'];

/** Fails with the object's name and the rule. Objects without a pod pass. */
export function assertRestricted(object: Manifest): void {
  const pod = podOf(object);
  if (!pod) return;
  const where = `${object.kind} ${object.metadata.name}`;
  assert.equal(pod.securityContext?.['runAsNonRoot'], true, `${where} runs as nobody in particular`);
  assert.deepEqual(pod.securityContext?.['seccompProfile'], { type: 'RuntimeDefault' }, where);
  for (const field of ['hostNetwork', 'hostPID', 'hostIPC'])
    assert.equal(pod[field], undefined, `${where} ${field}`);
  assert.equal(pod['enableServiceLinks'], false, `${where} hears of no other Service in its environment`);
  for (const container of pod.containers.filter(({ name }) => OURS.includes(name)))
    assertContainer(container, where);
}

function assertContainer({ name, image, securityContext, resources }: Container, where: string): void {
  const what = `${where}, container ${name}`;
  assert.deepEqual(
    securityContext,
    { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    what,
  );
  assert.ok(resources?.limits?.['memory'], `${what} has a memory limit`);
  assert.ok(resources?.requests?.['cpu'] && resources.requests['memory'], `${what} has requests`);
  assert.match(
    image,
    /@sha256:[0-9a-f]{64}$|:(?!latest$)[A-Za-z0-9_][A-Za-z0-9_.-]*$/,
    `${what} names a version`,
  );
}
