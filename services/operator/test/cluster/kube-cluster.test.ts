// Against a scripted server: what a real one does too seldom for a test. The contract runs on a real one
// (kube-contract.test.ts).
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { isClusterError, type ClusterError } from '../../src/cluster/index.ts';
import { WATCH_SILENCE_MS } from '../../src/cluster/kube-watch-source.ts';
import { afterTest, cleanUpAfterEach } from '../support/clean-up.ts';
import { fakeTimers } from '../support/fake-timers.ts';
import { hearChanges } from '../support/heard-changes.ts';
import { aConfigMap, aPod, configMaps, probePods, type ConfigMap } from '../support/probe-kinds.ts';
import { reply, startScriptedApi, tell, type ScriptedApi } from '../support/start-scripted-api.ts';
import { until } from '../support/until.ts';

const mapsPath = '/api/v1/namespaces/fleet/configmaps';

describe('kube cluster', () => {
  cleanUpAfterEach();

  describe('requests', () => {
    it('say who asks and what a patch means', async () => {
      const { cluster, asked } = await startScriptedApi((_, response) => reply(response, 200, found('a')));
      const map = aConfigMap('fleet', 'a', {});

      await cluster.create(configMaps, map);
      await cluster.apply(configMaps, map, { manager: 'me', force: true });
      await cluster.mergePatch(configMaps, 'fleet', 'a', { metadata: { labels: { a: null } } });

      assert.deepEqual(
        asked.map(({ method, path, query, headers }) => [method, path, query, headers['content-type']]),
        [
          ['POST', mapsPath, { fieldManager: 'spectral-operator' }, 'application/json'],
          ['PATCH', `${mapsPath}/a`, { fieldManager: 'me', force: 'true' }, 'application/apply-patch+yaml'],
          ['PATCH', `${mapsPath}/a`, { fieldManager: 'spectral-operator' }, 'application/merge-patch+json'],
        ],
      );
      assert.ok(asked.every(({ headers }) => headers.authorization === 'Bearer its-token'));
    });

    it('carry every field as it is', async () => {
      const { cluster, asked } = await startScriptedApi((_, response) => reply(response, 201, found('a')));
      const odd = {
        ...aConfigMap('fleet', 'a', {}),
        spec: { default: 1, 'x-kubernetes-validations': [{ rule: 'a' }] },
      };

      await cluster.create(configMaps, odd);

      assert.deepEqual(asked[0]?.body, odd);
    });

    it('send of an object’s status nothing but the status', async () => {
      const pod = { ...foundPod('a'), status: { reason: 'Asleep' } };
      const { cluster, asked } = await startScriptedApi((_, response) => reply(response, 200, pod));

      await cluster.applyStatus(
        probePods,
        { ...aPod('fleet', 'a'), status: { reason: 'Asleep' } },
        { manager: 'status' },
      );

      assert.equal(asked[0]?.path, '/api/v1/namespaces/fleet/pods/a/status');
      assert.deepEqual(asked[0]?.body, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace: 'fleet', name: 'a' },
        status: { reason: 'Asleep' },
      });
    });

    it('demand uid and version of what they remove', async () => {
      const { cluster, asked } = await startScriptedApi((_, response) =>
        reply(response, 200, { kind: 'Status' }),
      );

      await cluster.remove(configMaps, 'fleet', 'a', {
        uid: 'u',
        resourceVersion: '7',
        gracePeriodSeconds: 0,
      });

      assert.deepEqual(asked[0]?.body, {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
        gracePeriodSeconds: 0,
        preconditions: { uid: 'u', resourceVersion: '7' },
      });
    });

    it('share connections', async () => {
      const api = await startScriptedApi((_, response) => reply(response, 200, found('a')));

      for (let times = 0; times < 20; times++) await api.cluster.get(configMaps, 'fleet', 'a');

      assert.equal(api.connections, 1);
    });
  });

  describe('refusals', () => {
    const cases: [string, number, unknown, Record<string, string>, Partial<ClusterError>][] = [
      ['forbidden', 403, status('Forbidden', 'no rights'), {}, { code: 'forbidden' }],
      ['over quota', 403, status('Forbidden', 'exceeded quota: pods'), {}, { code: 'quota-exceeded' }],
      [
        'in a namespace that ends',
        403,
        { ...status('Forbidden', 'ends'), details: { causes: [{ reason: 'NamespaceTerminating' }] } },
        {},
        { code: 'namespace-terminating' },
      ],
      ['taken', 409, status('AlreadyExists', 'there'), {}, { code: 'already-exists' }],
      [
        'owned by another manager',
        409,
        {
          ...status('Conflict', 'owned'),
          details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "helm" using v1' }] },
        },
        {},
        { code: 'conflict', owners: ['helm'] },
      ],
      ['of another version', 409, status('Conflict', 'changed'), {}, { code: 'conflict', owners: [] }],
      ['wrong', 422, status('Invalid', 'spec.replicas: must be 1'), {}, { code: 'invalid' }],
      ['too many', 429, {}, { 'retry-after': '3' }, { code: 'too-many-requests', retryAfterMs: 3_000 }],
      [
        'too many, by its own word',
        429,
        { ...status('TooManyRequests', ''), details: { retryAfterSeconds: 9 } },
        { 'retry-after': '3' },
        { code: 'too-many-requests', retryAfterMs: 9_000 },
      ],
      ['failing', 500, status('InternalError', 'etcd'), {}, { code: 'unreachable', retryAfterMs: null }],
      ['away behind a proxy', 503, 'no healthy upstream', {}, { code: 'unreachable' }],
    ];
    for (const [what, code, body, headers, expected] of cases) {
      it(`${what}: ${expected.code}`, async () => {
        const { cluster } = await startScriptedApi((_, response) => reply(response, code, body, headers));

        const error = await cluster
          .create(configMaps, aConfigMap('fleet', 'a', {}))
          .catch((thrown: unknown) => thrown);

        assert.ok(isClusterError(error, ...(expected.code ? [expected.code] : [])), String(error));
        for (const [field, value] of Object.entries(expected)) {
          assert.deepEqual(error[field as keyof ClusterError], value);
        }
        assert.match(error.message, new RegExp(`POST ${mapsPath}.*answered ${code}`));
      });
    }

    it('a connection that breaks is unreachable', async () => {
      const { cluster } = await startScriptedApi((_, response) => response.destroy());

      await assert.rejects(cluster.get(configMaps, 'fleet', 'a'), { code: 'unreachable' });
    });

    it('an answer that is no JSON is unreachable, an object without a uid is refused', async () => {
      const answers = ['<html>', '{"metadata":{"name":"a"}}'];
      const { cluster } = await startScriptedApi((_, response) => response.end(answers.shift()));

      await assert.rejects(cluster.get(configMaps, 'fleet', 'a'), { code: 'unreachable' });
      await assert.rejects(cluster.get(configMaps, 'fleet', 'a'), { code: 'invalid' });
    });
  });

  describe('lists', () => {
    it('come page by page', async () => {
      const { cluster, asked } = await startScriptedApi(({ query }, response) => {
        const page = Number(query.continue ?? '1');
        reply(response, 200, list([`map-${page}`], page < 3 ? String(page + 1) : ''));
      });

      const maps = await cluster.list(configMaps, 'fleet', { labels: { pool: 'build' } });

      assert.deepEqual(
        maps.map(({ metadata }) => metadata.name),
        ['map-1', 'map-2', 'map-3'],
      );
      assert.deepEqual(
        asked.map(({ query }) => query),
        [
          { labelSelector: 'pool=build', limit: '500' },
          { labelSelector: 'pool=build', limit: '500', continue: '2' },
          { labelSelector: 'pool=build', limit: '500', continue: '3' },
        ],
      );
    });

    it('are asked for in one piece when the second page is forgotten', async () => {
      const { cluster } = await startScriptedApi(({ query }, response) => {
        if (query.continue) reply(response, 410, status('Expired', 'too old'));
        else if (query.limit) reply(response, 200, list(['a'], 'next'));
        else reply(response, 200, list(['a', 'b']));
      });

      const maps = await cluster.list(configMaps, 'fleet');

      assert.deepEqual(
        maps.map(({ metadata }) => metadata.name),
        ['a', 'b'],
      );
    });

    it('leave out what cannot be read', async () => {
      const { cluster } = await startScriptedApi((_, response) => {
        const { items, ...rest } = list(['a']);
        reply(response, 200, { ...rest, items: [{ metadata: { name: 7 } }, null, ...items] });
      });

      assert.equal((await cluster.list(configMaps, 'fleet')).length, 1);
    });
  });

  describe('watches', () => {
    it('ask for bookmarks and an end between four and eight minutes', async () => {
      const { asked } = await startWatch([(response) => tell(response)]);

      await until('the watch', () => asked.length === 2);

      assert.deepEqual(asked[1]?.query, {
        watch: 'true',
        resourceVersion: '10',
        allowWatchBookmarks: 'true',
        timeoutSeconds: '360',
      });
    });

    it('begin again after a bookmark where it says', async () => {
      const { asked } = await startWatch([
        (response) => {
          tell(response, bookmark('40'));
          response.end();
        },
        (response) => tell(response),
      ]);

      await until('the second watch', () => asked.length === 3);

      assert.equal(asked[2]?.query.resourceVersion, '40');
    });

    it('list again after 410, whether it is the answer or an event', async () => {
      const { asked, heard } = await startWatch([
        (response) => reply(response, 410, status('Expired', 'too old')),
        (response) =>
          tell(response, { type: 'ERROR', object: { ...status('Expired', 'too old'), code: 410 } }),
        (response) => tell(response, { type: 'ADDED', object: found('new', '11') }),
      ]);

      await until('the new object', () => heard.includes('+new'));

      assert.equal(asked.filter(({ query }) => !query.watch).length, 3);
      assert.deepEqual(heard, ['+a', 'synced', '+new']);
    });

    it('go on from the last event after an event of any other error, a broken line or a server error', async () => {
      const { asked, heard } = await startWatch([
        (response) =>
          tell(response, { type: 'ERROR', object: { ...status('InternalError', ''), code: 500 } }),
        (response) => {
          tell(response, { type: 'MODIFIED', object: found('a', '12') });
          response.write('{"type":"ADD');
          setTimeout(() => response.destroy(), 20);
        },
        (response) => reply(response, 500, status('InternalError', '')),
        (response) => tell(response, { type: 'DELETED', object: found('a', '13') }),
      ]);

      await until('the removal', () => heard.includes('-a'));

      assert.deepEqual(
        asked.filter(({ query }) => query.watch).map(({ query }) => query.resourceVersion),
        ['10', '10', '12', '12'],
      );
      assert.deepEqual(heard, ['+a', 'synced', '~a', '-a']);
    });

    it('read events that come in pieces', async () => {
      const { heard } = await startWatch([
        (response) => {
          const line = JSON.stringify({ type: 'ADDED', object: found('größe', '11') });
          const bytes = Buffer.from(`${line}\n`);
          response.write(bytes.subarray(0, bytes.indexOf('ö') + 1));
          setTimeout(() => response.write(bytes.subarray(bytes.indexOf('ö') + 1)), 10);
        },
      ]);

      await until('the event', () => heard.includes('+größe'));
    });

    it('that say nothing for too long are given up and begun again', async () => {
      const timers = fakeTimers();
      const { asked, heard } = await startWatch(
        [
          (response) => tell(response, { type: 'ADDED', object: found('b', '11') }),
          (response) => tell(response, { type: 'ADDED', object: found('c', '12') }),
        ],
        timers,
      );
      await until('the first event', () => heard.includes('+b'));

      await timers.advance(WATCH_SILENCE_MS - 1);
      assert.equal(asked.length, 2);
      await timers.advance(1);
      await until('the second watch', async () => {
        await timers.advance(1_000);
        return heard.includes('+c');
      });

      assert.equal(asked[2]?.query.resourceVersion, '11');
    });

    it('live as long as bookmarks come', async () => {
      const timers = fakeTimers();
      const open: ServerResponse[] = [];
      const { asked, heard } = await startWatch([(response) => void open.push(response)], timers);
      await until('the watch', () => open.length === 1);

      for (let minute = 1; minute <= 5; minute++) {
        for (const response of open)
          tell(response, { type: 'ADDED', object: found(`m${minute}`, `${10 + minute}`) });
        await until('the event', () => heard.includes(`+m${minute}`));
        await timers.advance(60_000);
      }

      assert.equal(asked.length, 2);
    });

    it('once closed leave no connection open', async () => {
      const closed = Promise.withResolvers<void>();
      const { watch, heard } = await startWatch([
        (response) => {
          response.on('close', closed.resolve);
          tell(response, { type: 'ADDED', object: found('b', '11') });
        },
      ]);
      await until('the event', () => heard.includes('+b'));

      watch.close();

      await closed.promise;
    });
  });
});

/** A server that lists one object, `a`, and answers watches by the script. */
async function startWatch(
  script: ((response: ServerResponse) => void)[],
  timers?: ReturnType<typeof fakeTimers>,
) {
  const api: ScriptedApi = await startScriptedApi(({ query }, response) => {
    if (query.watch) script.shift()?.(response);
    else reply(response, 200, list(['a']));
  }, timers);
  const { heard, listener } = hearChanges<ConfigMap>();
  const watch = api.cluster.watch(configMaps, 'fleet', listener);
  afterTest(() => watch.close());
  return { ...api, heard, watch };
}

function found(name: string, resourceVersion = '5') {
  const metadata = {
    name,
    namespace: 'fleet',
    uid: `uid-of-${name}`,
    resourceVersion,
    creationTimestamp: '2026-01-01T00:00:00Z',
  };
  return { kind: 'ConfigMap', apiVersion: 'v1', metadata };
}

function foundPod(name: string) {
  return { ...found(name), kind: 'Pod', spec: { containers: [{ name: 'main' }] } };
}

function list(names: string[], next = '') {
  const items = names.map((name) => {
    const { metadata } = found(name);
    return { metadata };
  });
  return {
    kind: 'ConfigMapList',
    apiVersion: 'v1',
    metadata: { resourceVersion: '10', continue: next },
    items,
  };
}

function bookmark(resourceVersion: string) {
  return { type: 'BOOKMARK', object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion } } };
}

function status(reason: string, message: string) {
  return { kind: 'Status', apiVersion: 'v1', reason, message };
}
