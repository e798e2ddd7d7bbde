/** Whether a team may make this call: every model it names must be granted, and spoken to at the right endpoint. */
import type { ModelRoute } from '../models/upstream.ts';
import { pathOfApi, type InferenceEndpoint } from './endpoints.ts';
import { Refusal } from './refusal.ts';
import type { BodyScan } from './scan-body.ts';

export interface TeamModels {
  /** Models the team may call, by the id used in requests. */
  readonly granted: ReadonlyMap<string, ModelRoute>;
  /** Whether this gateway offers the model to any team. */
  readonly offers: (modelId: string) => boolean;
}

/** The way to the requested model. Throws Refusal; then nothing may go upstream. */
export function chooseModel(
  scan: Pick<BodyScan, 'model' | 'otherModels'>,
  endpoint: InferenceEndpoint,
  team: TeamModels,
): ModelRoute {
  const route = granted(scan.model, team);
  for (const other of scan.otherModels) granted(other, team);
  if (route.model.api !== endpoint.api) {
    throw new Refusal(
      'bad-request',
      `The model ${scan.model} is spoken to at ${pathOfApi(route.model.api)}, not at /v1/${endpoint.operation}.`,
    );
  }
  return route;
}

function granted(modelId: string, team: TeamModels): ModelRoute {
  const route = team.granted.get(modelId);
  if (route) return route;
  const advice = `Models of this team: ${sayable([...team.granted.keys()])}.`;
  if (team.offers(modelId)) {
    throw new Refusal(
      'model-not-allowed',
      `The model ${shown(modelId)} is not granted to this team. ${advice}`,
    );
  }
  throw new Refusal('model-unknown', `There is no model ${shown(modelId)} here. ${advice}`);
}

/** Ids that older agents would read as a status asking for another try are left out of advice. */
const READS_LIKE_A_STATUS = /429|50[0234]|52[049]/;
const MAX_LISTED = 40;

function sayable(ids: readonly string[]): string {
  const safe = ids.filter((id) => !READS_LIKE_A_STATUS.test(id)).toSorted();
  if (safe.length === 0) return 'none yet';
  return safe.slice(0, MAX_LISTED).join(', ') + (safe.length > MAX_LISTED ? ', …' : '');
}

function shown(modelId: string): string {
  return modelId.length <= 200 ? modelId : `${modelId.slice(0, 200)}…`;
}
