/** Ids in paths are UUIDs; any other text names nothing. */
import { ServiceError } from '@spectral/common';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** The id in a path parameter. Throws ServiceError `not-found`; `what` names the thing, such as `machine`. */
export function idOf(parameter: string | string[] | undefined, what: string): string {
  if (typeof parameter === 'string' && isUuid(parameter)) return parameter;
  throw new ServiceError('not-found', `no such ${what}`);
}
