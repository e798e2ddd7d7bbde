/**
 * What a team may call: the base models it was granted and those it brought itself. Read for every call, so it is kept
 * for a short while per team and dropped when an announcement says that it changed.
 */
import type { Announcement } from '@spectral/common';
import type { Model, UserModel } from '@spectral/proto/wire';
import type { ModelStore } from './model-store.ts';
import type { ModelRoute } from './upstream.ts';
import { shownUserModel, userModelRoute, type StoredUserModel } from './user-model.ts';

export interface GrantedModels {
  /** By the id used in requests. A team's own model stands before a base model of the same id. */
  readonly granted: ReadonlyMap<string, ModelRoute>;
  readonly offers: (modelId: string) => boolean;
}

export interface TeamModelList {
  readonly catalogue: readonly (Model & { readonly granted: boolean })[];
  readonly userModels: readonly UserModel[];
}

export interface TeamModels {
  /** For calls. */
  grantedTo(teamId: string): Promise<GrantedModels>;
  /** For people, always fresh. */
  listFor(teamId: string): Promise<TeamModelList>;
  /** Forgets what an announcement says is out of date. */
  onAnnouncement(announcement: Announcement): void;
}

/** How long a change may go unnoticed should its announcement get lost. */
const REMEMBER_MS = 5_000;

/** `base`: all base models this gateway can reach. `clock` counts milliseconds. */
export function createTeamModels(
  base: ReadonlyMap<string, ModelRoute>,
  store: ModelStore,
  clock: () => number,
): TeamModels {
  const remembered = new Map<string, { until: number; models: Promise<GrantedModels> }>();

  const read = async (teamId: string): Promise<GrantedModels> => {
    const [grants, own] = await Promise.all([store.grantsOf(teamId), store.userModelsOf(teamId)]);
    return { granted: grantedRoutes(base, grants, own), offers: (modelId) => base.has(modelId) };
  };

  return {
    grantedTo(teamId) {
      const known = remembered.get(teamId);
      if (known && clock() < known.until) return known.models;
      const models = read(teamId);
      remembered.set(teamId, { until: clock() + REMEMBER_MS, models });
      // A failure is told to those who asked, and asked again by the next.
      models.catch(() => remembered.delete(teamId));
      return models;
    },
    async listFor(teamId) {
      const [grants, own] = await Promise.all([store.grantsOf(teamId), store.userModelsOf(teamId)]);
      const catalogue = [...base.values()].map(({ model }) => ({
        ...model,
        granted: isGranted(model.id, grants),
      }));
      return { catalogue, userModels: own.map(shownUserModel) };
    },
    onAnnouncement(announcement) {
      if (announcement.type === 'models-changed') remembered.delete(announcement.teamId);
    },
  };
}

/** Pure: the routes a team has. `grants` null: the team never chose, so every base model is granted. */
export function grantedRoutes(
  base: ReadonlyMap<string, ModelRoute>,
  grants: readonly string[] | null,
  own: readonly StoredUserModel[],
): Map<string, ModelRoute> {
  const routes = new Map([...base].filter(([id]) => isGranted(id, grants)));
  for (const model of own) routes.set(model.settings.modelId, userModelRoute(model));
  return routes;
}

function isGranted(modelId: string, grants: readonly string[] | null): boolean {
  return grants === null || grants.includes(modelId);
}
