/** The page's addresses. */

export const machinePath = (machineId: string): string => `/m/${machineId}`;
export const projectPath = (machineId: string, projectId: string): string => `/m/${machineId}/p/${projectId}`;
export const sessionPath = (machineId: string, sessionId: string): string => `/m/${machineId}/s/${sessionId}`;

/** The login page, which comes back to where the person is now. */
export function loginPathFor({
  pathname,
  search,
}: {
  readonly pathname: string;
  readonly search: string;
}): string {
  const here = `${pathname}${search}`;
  return here === '/' ? '/login' : `/login?next=${encodeURIComponent(here)}`;
}

/** Where to go after login: a path of this page only, never another origin. */
export function nextPath(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
}
