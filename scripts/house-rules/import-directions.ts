// The direction of imports between the rooms of the house (ARCHITECTURE.md); type-only imports obey it too.

import { posix } from 'node:path';
import type { Fault } from './fault.ts';
import type { ImportEdge } from './import-graph.ts';

/** A room is named by the folder it lives in; each stands on the rooms listed here and on nothing else of ours. */
const standsOn: Readonly<Record<string, readonly string[]>> = {
  'proto/wire': [],
  'proto/client': ['proto/wire'],
  'proto/vectors': [],
  'proto/test': ['proto/wire', 'proto/client', 'proto/vectors'],
  'services/common': ['proto/wire', 'proto/client'],
  'services/gateway': ['proto/wire', 'proto/client', 'services/common'],
  'services/relay': ['proto/wire', 'proto/client', 'proto/vectors', 'services/common'],
  'services/operator': ['proto/wire', 'proto/client', 'services/common'],
  'services/web': ['proto/wire', 'proto/client'],
  'services/standalone': [
    'proto/wire',
    'proto/client',
    'services/common',
    'services/gateway',
    'services/relay',
  ],
  agent: ['proto/wire', 'proto/client', 'proto/vectors'],
  'load-tests': ['proto/wire', 'proto/client'],
  charts: [],
  'scripts/kubernetes-assets': ['scripts'],
  scripts: ['scripts/kubernetes-assets'],
};

/** Programs of Kubernetes that any test may ask for. */
const TEST_PROGRAMS = 'scripts/kubernetes-assets';

/** Files that build a process from its parts, the only ones that may choose a medium. */
const COMPOSITION_ROOT = /(^|\/)(main|index|parts|[a-z-]+-parts)\.ts$/;

/** An implementation named for the medium it stands on, and the medium. */
const MEDIUM = /(?:^|\/)(redis|pg|pglite|kube)(?:-[a-z-]+)?\.ts$/;

export function directionFaults(edges: readonly ImportEdge[]): Fault[] {
  return edges.flatMap((edge) => {
    const message = upwardImport(edge) ?? importOfTests(edge) ?? aroundTheFace(edge) ?? choiceOfMedium(edge);
    return message === undefined ? [] : [{ path: edge.from, line: edge.line, message }];
  });
}

/** The room a file belongs to; throws for a file in a folder that no room is named for. */
export function roomOf(path: string): string {
  const room = Object.keys(standsOn).find((name) => path.startsWith(`${name}/`));
  if (room === undefined) throw new Error(`${path} is in no room; name its room and what that stands on.`);
  return room;
}

function upwardImport({ from, to, written }: ImportEdge): string | undefined {
  const [room, other] = [roomOf(from), roomOf(to)];
  if (room === other || standsOn[room]?.includes(other) || isEndToEnd(from)) return undefined;
  if (other === TEST_PROGRAMS && isTest(from)) return undefined;
  const allowed = standsOn[room]?.join(', ') || 'nothing of ours';
  return `imports ${written} (${other}), but ${room} stands on ${allowed}`;
}

function importOfTests({ from, to, written }: ImportEdge): string | undefined {
  const fault = isTest(to) && !isTest(from);
  return fault ? `imports ${written}, which is test code; move what both need into src` : undefined;
}

function aroundTheFace({ from, to, written }: ImportEdge): string | undefined {
  const fault = written.startsWith('.') && packageOf(from) !== packageOf(to) && !isTest(from);
  return fault
    ? `imports ${written} by its path; use the package's name, which leads to its face`
    : undefined;
}

function choiceOfMedium({ from, to, written }: ImportEdge): string | undefined {
  const medium = MEDIUM.exec(to)?.[1];
  if (medium === undefined || isTest(from) || COMPOSITION_ROOT.test(from)) return undefined;
  if (posix.basename(from).startsWith(medium)) return undefined;
  return `imports ${written}, which stands on ${medium}; take the interface as an argument and let main.ts choose`;
}

/** End-to-end tests drive every part, so they may start every part. */
function isEndToEnd(path: string): boolean {
  return path.startsWith('services/standalone/test/') || path.startsWith('services/operator/test/e2e/');
}

function isTest(path: string): boolean {
  return /(^|\/)test\//.test(path);
}

function packageOf(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('services/') ? 2 : 1)
    .join('/');
}
