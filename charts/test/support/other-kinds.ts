/** Schemas of `spec` of kinds of other projects, as narrow as what the chart writes; from the references of each. */

const text = { type: 'string', minLength: 1 };
const texts = { type: 'object', additionalProperties: text };
const list = (items: object) => ({ type: 'array', minItems: 1, items });
const only = (properties: object, required: readonly string[] = Object.keys(properties)) => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});

const selector = only({ matchLabels: texts });
const endpoints = list(
  only({ port: text, path: text, interval: { type: 'string', pattern: '^[0-9]+(ms|s|m|h)$' } }),
);
const timeout = { type: 'string', pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' };
const pathMatch = only({ path: only({ type: { enum: ['PathPrefix', 'Exact'] }, value: text }) });
const redirect = only({
  path: only({ type: { const: 'ReplaceFullPath' }, replaceFullPath: text }),
  statusCode: { enum: [301, 302, 303, 307, 308] },
});
const parentRef = only({ name: text, namespace: text, sectionName: text, group: text, kind: text }, ['name']);

/** By `apiVersion kind`. */
export const OTHER_KINDS: Readonly<Record<string, object>> = {
  'monitoring.coreos.com/v1 ServiceMonitor': only({ selector, endpoints }),
  'monitoring.coreos.com/v1 PodMonitor': only({ selector, podMetricsEndpoints: endpoints }),
  'monitoring.coreos.com/v1 PrometheusRule': only({
    groups: list(
      only({
        name: text,
        rules: list(
          only({
            alert: { type: 'string', pattern: '^[A-Z][A-Za-z]+$' },
            expr: text,
            for: { type: 'string', pattern: '^[0-9]+m$' },
            labels: only({ severity: { enum: ['warning', 'critical'] } }),
            annotations: only({ summary: text, description: text, runbook_url: text }, [
              'summary',
              'description',
            ]),
          }),
        ),
      }),
    ),
  }),
  'gateway.networking.k8s.io/v1 HTTPRoute': only({
    parentRefs: list(parentRef),
    hostnames: list({ type: 'string', pattern: '^[a-z0-9.-]+$' }),
    rules: list(
      only(
        {
          matches: list(pathMatch),
          filters: list(only({ type: { const: 'RequestRedirect' }, requestRedirect: redirect })),
          timeouts: only({ request: timeout, backendRequest: timeout }),
          backendRefs: list(only({ name: text, port: { type: 'integer' } })),
        },
        ['matches'],
      ),
    ),
  }),
  'gateway.envoyproxy.io/v1alpha1 BackendTrafficPolicy': only({
    targetRefs: list(only({ group: text, kind: text, name: text })),
    loadBalancer: only({
      type: { const: 'ConsistentHash' },
      consistentHash: only({ type: { const: 'QueryParams' }, queryParams: list(only({ name: text })) }),
    }),
  }),
};
