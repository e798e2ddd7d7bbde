/**
 * Requests a machine answers, carried by REQUEST frames (relay) or by the local socket.
 *
 *   GET    /api/health                            → HealthAnswer
 *   GET    /api/models                            → { models: Model[] }             what the gateway grants this machine
 *   GET    /api/paths?prefix=/home/a/pro          → { entries: PathEntry[] }        directories, for completion
 *   GET    /api/projects                          → { projects: ProjectInfo[] }
 *   POST   /api/projects            newProject    → 201 { project }
 *   PATCH  /api/projects/:id        projectPatch  → { project }
 *   DELETE /api/projects/:id                      → { ok: true }                    the directory stays
 *   POST   /api/projects/:id/bind-studio  {studioProjectId} → { project }
 *   GET    /api/projects/:id/sessions             → { sessions: SessionInfo[] }
 *   POST   /api/projects/:id/sessions newSession  → 201 { session }
 *   GET    /api/sessions/:id                      → { session, events }             events as in a snapshot from 0
 *   PATCH  /api/sessions/:id        sessionPatch  → { session }
 *   DELETE /api/sessions/:id                      → { ok: true }
 *   POST   /api/sessions/:id/prompts prompt       → 202 PromptReceipt
 *   DELETE /api/sessions/:id/prompts/:promptId    → { ok: true }                    takes a queued prompt back
 *   POST   /api/sessions/:id/cancel               → { cancelled: boolean }
 *   DELETE /api/sessions/:id/loop                 → { ok: true }                    the running iteration ends first
 *   POST   /api/sessions/:id/fork   {title?}      → 201 { session }
 *   POST   /api/sessions/:id/compact {instructions?} → 202 { ok: true }
 *   GET    /api/sessions/:id/images/:imageId      → { mimeType, data }              data is base64
 *
 * Errors: 400 bad input, 404 no such route or thing, 409 not possible now, 500 the handler failed; body ErrorBody.
 */
import * as v from 'valibot';
import { MAX_LOOP_ITERATIONS, MAX_PROMPT_CHARS } from './timing.ts';
import { promptMode } from './session-events.ts';

const title = v.pipe(v.string(), v.trim(), v.minLength(1, 'expected 1 to 200 characters'), v.maxLength(200));
const directory = v.pipe(v.string(), v.minLength(1, 'expected the path of a directory'), v.maxLength(4096));

export const newProject = v.object({
  /** Absolute, or beginning with `~/`. The directory must exist. */
  path: directory,
  /** Default: the directory's own name. */
  name: v.optional(title),
});
export type NewProject = v.InferOutput<typeof newProject>;

export const projectPatch = v.object({ name: v.optional(title), path: v.optional(directory) });
export const bindStudio = v.object({ studioProjectId: v.pipe(v.string(), v.minLength(1), v.maxLength(200)) });
export const newSession = v.object({ title: v.optional(title), modelId: v.optional(v.string()) });
export const sessionPatch = v.object({ title: v.optional(title), modelId: v.optional(v.string()) });
export const forkSession = v.object({ title: v.optional(title) });
export const compactSession = v.object({ instructions: v.optional(v.pipe(v.string(), v.maxLength(10_000))) });

export const promptImage = v.object({
  mimeType: v.picklist(['image/png', 'image/jpeg', 'image/gif', 'image/webp']),
  /** Base64. */
  data: v.pipe(v.string(), v.minLength(1)),
});

export const prompt = v.object({
  content: v.pipe(v.string(), v.maxLength(MAX_PROMPT_CHARS)),
  images: v.optional(v.array(promptImage)),
  modelId: v.optional(v.string()),
  /** While a turn runs: `queue` (default) waits for its end, `steer` reaches the agent after the current tool. */
  mode: v.optional(promptMode),
  /** true starts or renews loop mode with this prompt; false ends it; absent: no loop. */
  loop: v.optional(v.boolean()),
  loopGoal: v.optional(v.pipe(v.string(), v.maxLength(10_000))),
  /** 1 to 100; larger numbers are capped. */
  loopMaxIterations: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1),
      v.transform((wanted) => Math.min(wanted, MAX_LOOP_ITERATIONS)),
    ),
  ),
});
export type Prompt = v.InferOutput<typeof prompt>;

export interface PromptReceipt {
  readonly promptId: string;
  /** `running`: the turn starts now; `queued`: behind others; `steering`: given to the running turn. */
  readonly state: 'running' | 'queued' | 'steering';
}

export interface PathEntry {
  readonly path: string;
  readonly name: string;
  /** Whether it holds a `.git`. */
  readonly repository: boolean;
}

export interface HealthAnswer {
  readonly version: string;
  readonly hostname: string;
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly sessions: number;
  readonly running: number;
}
