// A Grafana dashboard made of a short description: rows of panels, each with its questions to Prometheus.

import * as v from 'valibot';

const panel = v.strictObject({
  title: v.string(),
  /** What it tells and when to worry. */
  description: v.string(),
  /** A unit of Grafana: short, s, bytes, percentunit, reqps, currencyUSD. */
  unit: v.string(),
  queries: v.pipe(v.array(v.strictObject({ expr: v.string(), legend: v.string() })), v.minLength(1)),
});

const description = v.strictObject({
  uid: v.string(),
  title: v.string(),
  rows: v.array(v.strictObject({ title: v.string(), panels: v.pipe(v.array(panel), v.minLength(1)) })),
});
export type DashboardDescription = v.InferOutput<typeof description>;

const WIDTH = 24;
const HEIGHT = 8;

/** The JSON model. Throws a ValiError that names the field when `source` is no description. */
export function dashboard(source: unknown): Record<string, unknown> {
  const { uid, title, rows } = v.parse(description, source);
  const ids = { next: 1 };
  return {
    uid,
    title,
    tags: ['spectral'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [datasource(), namespaceVariable()] },
    panels: rows.flatMap((row, index) => panelsOfRow(row, index, ids)),
  };
}

function panelsOfRow(
  row: DashboardDescription['rows'][number],
  index: number,
  ids: { next: number },
): unknown[] {
  const y = index * (HEIGHT + 1);
  const width = Math.floor(WIDTH / row.panels.length);
  const head = {
    id: ids.next++,
    type: 'row',
    title: row.title,
    collapsed: false,
    gridPos: place(0, y, WIDTH, 1),
    panels: [],
  };
  const panels = row.panels.map(({ title, description: text, unit, queries }, column) => ({
    id: ids.next++,
    type: 'timeseries',
    title,
    description: text,
    datasource: SOURCE,
    gridPos: place(column * width, y + 1, width, HEIGHT),
    fieldConfig: {
      defaults: { unit, min: 0, custom: { fillOpacity: 10, showPoints: 'never' } },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'list', placement: 'bottom' },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
    targets: queries.map(({ expr, legend }, number) => ({
      refId: String.fromCodePoint(65 + number),
      datasource: SOURCE,
      expr,
      legendFormat: legend,
    })),
  }));
  return [head, ...panels];
}

const SOURCE = { type: 'prometheus', uid: '${datasource}' };

function datasource(): unknown {
  return { name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Prometheus', hide: 0 };
}

function namespaceVariable(): unknown {
  return {
    name: 'namespace',
    type: 'query',
    label: 'Namespace',
    datasource: SOURCE,
    query: { query: 'label_values(relay_ready, namespace)', refId: 'namespace' },
    refresh: 2,
    includeAll: false,
    multi: false,
    hide: 0,
  };
}

function place(x: number, y: number, w: number, h: number): unknown {
  return { x, y, w, h };
}
