/** Alerts and dashboards speak of figures that exist, and lead to a page that says what to do. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'mocha';
import { COMBINATIONS } from './support/combinations.ts';
import { render, type Manifest } from './support/helm.ts';
import { at, objectOf } from './support/manifests.ts';

const ROOT = dirname(dirname(import.meta.dirname));
const ALL = COMBINATIONS['all monitoring'] ?? [];

describe('alerts and dashboards', function () {
  this.timeout(20_000);
  it('ask only for metrics that a process has', async () => {
    const known = metricsInCode();
    const asked = questionsOf(await render([...ALL, scaling()])).flatMap(metricsIn);

    assert.ok(asked.length > 40, `${asked.length} are asked for`);
    assert.deepEqual(
      asked.filter((name) => !known.has(name)),
      [],
    );
  });

  it('would be caught asking for another', () => {
    assert.ok(!metricsInCode().has('relay_made_up'));
    assert.deepEqual(metricsIn('sum by (pod) (rate(relay_made_up_total{way="x"}[5m])) > 3'), [
      'relay_made_up',
    ]);
  });

  it('look at this release’s namespace alone', async () => {
    const rules = rulesOf(await render(ALL));

    for (const { alert, expr } of rules) {
      assert.ok(expr.includes('namespace="spectral"'), alert);
      assert.ok(!expr.includes('$'), `${alert} has nothing left to fill in`);
    }
  });

  it('lead each to its heading in docs/kubernetes.md', async () => {
    const headings = new Set(
      [...readFileSync(join(ROOT, 'docs/kubernetes.md'), 'utf8').matchAll(/^#+ (\w+)$/gm)].map(
        ([, title]) => title,
      ),
    );

    for (const { alert, annotations } of rulesOf(await render(ALL))) {
      assert.ok(headings.has(alert), `docs/kubernetes.md says what to do on ${alert}`);
      assert.equal(annotations.runbook_url, `https://runbooks.example.com/spectral#${alert.toLowerCase()}`);
    }
  });

  it('are dashboards that Grafana can load', async () => {
    const maps = (await render(ALL)).filter(({ kind }) => kind === 'ConfigMap');

    assert.ok(maps.length >= 2);
    for (const map of maps) {
      assert.equal(map.metadata.labels?.['grafana_dashboard'], '1');
      const [[file, text] = ['', '']] = Object.entries(map['data'] as Record<string, string>);
      assert.match(file, /\.json$/);
      const { uid, panels } = JSON.parse(text) as {
        uid: string;
        panels: { id: number; gridPos: { y: number } }[];
      };
      assert.match(uid, /^spectral-/);
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    }
  });
});

function scaling(): Record<string, unknown> {
  return {
    relay: { autoscaling: { enabled: true } },
    gateway: { autoscaling: { enabled: true, eventLoopDelay: '50m' } },
  };
}

interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook_url?: string };
}

function rulesOf(objects: readonly Manifest[]): AlertRule[] {
  return at(objectOf(objects, 'PrometheusRule', 'spectral'), 'spec.groups.0.rules') as AlertRule[];
}

/** Every question to Prometheus, and every metric an autoscaler looks at. */
function questionsOf(objects: readonly Manifest[]): string[] {
  const dashboards = objects.filter(({ kind }) => kind === 'ConfigMap');
  const inDashboards = dashboards.flatMap((map) =>
    Object.values(map['data'] as Record<string, string>).flatMap((text) =>
      [...text.matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].map(([, expr = '""']) => JSON.parse(expr) as string),
    ),
  );
  const inScalers = objects
    .filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
    .flatMap((scaler) => at(scaler, 'spec.metrics') as object[])
    .flatMap((metric) => (at(metric, 'pods.metric.name') as string | undefined) ?? []);
  return [...rulesOf(objects).map(({ expr }) => expr), ...inDashboards, ...inScalers];
}

/** Names in a question, as the code has them: the exporter adds `_total`, histograms `_bucket`, `_sum` and `_count`. */
function metricsIn(expr: string): string[] {
  const bare = expr.replaceAll(/\{[^}]*\}|\[[^\]]*\]|"[^"]*"|\b(by|without)\s*\([^)]*\)/g, ' ');
  return [...bare.matchAll(/[a-z]+(?:_[a-z0-9]+)+/g)]
    .map(([name]) => name)
    .filter((name) => !name.startsWith('histogram_quantile'))
    .map((name) => name.replace(/_(total|bucket|sum|count)$/, ''));
}

/** Names that files which make instruments write. */
function metricsInCode(): Set<string> {
  const files = globSync('services/*/src/**/*.ts', { cwd: ROOT }).map((file) =>
    readFileSync(join(ROOT, file), 'utf8'),
  );
  const making = files.filter((text) => /\b(counter|histogram|observeGauge|observeCounter)\(/.test(text));
  return new Set(
    making.flatMap((text) => [...text.matchAll(/'([a-z]+(?:_[a-z0-9]+)+)'/g)].map(([, name = '']) => name)),
  );
}
