/** The projects of this machine: names for directories that exist. */
import { realpathSync, statSync } from 'node:fs';
import { basename, isAbsolute, join, normalize } from 'node:path';
import { BadInput, type NewProject, type ProjectInfo } from '@spectral/proto/wire';
import type { Clock } from '../clock.ts';
import { readLink, writeLink } from '../settings/link-file.ts';
import type { ProjectRecord } from '../store/projects.ts';
import type { Store } from '../store/store.ts';
import { NoSuchThing, NotNow } from './live-errors.ts';
import type { MachineFeed } from './machine-feed.ts';

export interface ProjectList {
  all(): ProjectInfo[];
  /** Throws NoSuchThing. */
  get(id: string): ProjectRecord;
  /** A path that is a project already gives that project. Throws BadInput for a path that is no directory. */
  create(wanted: NewProject): ProjectInfo;
  patch(id: string, changes: { name?: string | undefined; path?: string | undefined }): ProjectInfo;
  bind(id: string, studioProjectId: string): ProjectInfo;
  /** Removes it and its sessions from the store; the directory stays. */
  delete(id: string): void;
}

export interface ProjectListOptions {
  readonly store: Store;
  readonly feed: MachineFeed;
  readonly clock: Clock;
  readonly newId: () => string;
  /** The person's home directory, for paths that begin with `~/`. */
  readonly home: string;
}

export function createProjectList({ store, feed, clock, newId, home }: ProjectListOptions): ProjectList {
  const get = (id: string): ProjectRecord => {
    const project = store.projects.get(id);
    if (!project) throw new NoSuchThing('project', id);
    return project;
  };
  const tell = (record: ProjectRecord): ProjectInfo => {
    const project = projectInfoOf(record);
    feed.tell({ type: 'project_changed', project });
    return project;
  };
  return {
    all: () => store.projects.all().map(projectInfoOf),
    get,
    create({ path: wantedPath, name }) {
      const path = resolveDirectory(wantedPath, home);
      const existing = store.projects.atPath(path);
      if (existing) return projectInfoOf(existing);
      const now = clock.now();
      const record = {
        id: newId(),
        name: name ?? (basename(path) || path),
        path,
        createdAt: now,
        updatedAt: now,
      };
      store.transaction(() => store.projects.insert(record));
      return tell(record);
    },
    patch(id, { name, path }) {
      const record = get(id);
      const changed = {
        ...record,
        name: name ?? record.name,
        path: path === undefined ? record.path : resolveDirectory(path, home),
        updatedAt: clock.now(),
      };
      store.transaction(() => store.projects.update(changed));
      return tell(changed);
    },
    bind(id, studioProjectId) {
      const record = get(id);
      if (!isDirectory(record.path))
        throw new NotNow('project-missing', `the directory ${record.path} is gone`);
      writeLink(record.path, studioProjectId);
      return tell(record);
    },
    delete(id) {
      get(id);
      store.transaction(() => store.projects.delete(id));
      feed.tell({ type: 'project_deleted', projectId: id });
    },
  };
}

export function projectInfoOf(record: ProjectRecord): ProjectInfo {
  return {
    id: record.id,
    name: record.name,
    path: record.path,
    exists: isDirectory(record.path),
    studioProjectId: readLink(record.path),
    createdAt: new Date(record.createdAt).toISOString(),
    updatedAt: new Date(record.updatedAt).toISOString(),
  };
}

/**
 * The real path of an existing directory, links followed. Throws BadInput for a path that is relative, climbs with
 * `..`, holds a NUL, or leads to no directory.
 */
export function resolveDirectory(wanted: string, home: string): string {
  const path = wanted === '~' || wanted.startsWith('~/') ? join(home, wanted.slice(1)) : wanted;
  if (path.includes('\0')) throw new BadInput('path: a path holds no NUL character', 'path');
  if (!isAbsolute(path))
    throw new BadInput(`path: expected an absolute path or one beginning with ~/, got "${wanted}"`, 'path');
  if (wanted.split('/').includes('..'))
    throw new BadInput(`path: expected a path without "..", got "${wanted}"`, 'path');
  try {
    const real = realpathSync(normalize(path));
    if (statSync(real).isDirectory()) return real;
  } catch {
    throw new BadInput(`path: there is no directory ${path} on this machine`, 'path');
  }
  throw new BadInput(`path: ${path} is not a directory`, 'path');
}

export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
