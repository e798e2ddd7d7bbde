/** A model that a team brought itself: an endpoint of its own, usually with a key. */
import type { Model, NewUserModel, UserModel } from '@spectral/proto/wire';
import { splitBaseUrl, type ModelRoute } from './upstream.ts';

/** All that is stored in clear. */
export type UserModelSettings = Omit<NewUserModel, 'apiKey'>;

export interface StoredUserModel {
  readonly rowId: string;
  readonly settings: UserModelSettings;
  /** Opened; null when the endpoint wants none. */
  readonly key: string | null;
}

/** As people see it: whether there is a key, never the key. */
export function shownUserModel({ rowId, settings, key }: StoredUserModel): UserModel {
  return { ...modelOf(settings), rowId, baseUrl: settings.baseUrl, hasKey: key !== null };
}

/** The way to it. */
export function userModelRoute({ settings, key }: StoredUserModel): ModelRoute {
  return {
    model: modelOf(settings),
    upstreamModel: settings.upstreamModel ?? settings.modelId,
    upstream: {
      ...splitBaseUrl(settings.baseUrl),
      key,
      credentialHeader: settings.api === 'anthropic-messages' ? 'x-api-key' : 'authorization',
      trust: 'team',
    },
  };
}

function modelOf(settings: UserModelSettings): Model {
  return {
    id: settings.modelId,
    displayName: settings.displayName,
    provider: 'team',
    api: settings.api,
    kind: 'user',
    contextWindow: settings.contextWindow,
    maxOutput: settings.maxOutput,
    reasoning: settings.reasoning,
    input: [...settings.input],
    price: settings.price,
    compat: settings.compat,
  };
}
