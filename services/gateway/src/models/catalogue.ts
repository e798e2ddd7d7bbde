/** The catalogue of base models: ids, limits, prices and compatibility flags, kept in catalogue.json (see docs/models.md). */
import { model, parse, type Model } from '@spectral/proto/wire';
import rows from './catalogue.json' with { type: 'json' };

export interface Catalogue {
  /** Models of one provider, such as `anthropic`. */
  modelsOf(provider: string): readonly Model[];
}

/** Reads and checks the catalogue. */
export function loadCatalogue(): Catalogue {
  const models = rows.map((row) => parse(model, { ...row, kind: 'base' }, `catalogue: ${row.id}`));
  return { modelsOf: (provider) => models.filter((each) => each.provider === provider) };
}
