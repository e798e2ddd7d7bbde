/** A session's agent: started in the project's directory with the agent's own memory, and told of models and images. */
import { BadInput } from '@spectral/proto/wire';
import type { DriverEvent, DriverPrompt, DriverSession } from '../drivers/driver.ts';
import type { PromptRecord } from '../store/prompts.ts';
import { createAgentSeat, type AgentSeat } from './agent-seat.ts';
import { titleFor } from './auto-title.ts';
import type { Recorded } from './event-gather.ts';
import { NotNow, NoSuchThing } from './live-errors.ts';
import type { SessionParts } from './session-parts.ts';

export class SessionAgent {
  readonly seat: AgentSeat;
  readonly #session: Recorded;
  readonly #parts: SessionParts;

  constructor(session: Recorded, parts: SessionParts, heard: (event: DriverEvent) => void) {
    this.#session = session;
    this.#parts = parts;
    this.seat = createAgentSeat({
      driver: parts.driver,
      startOptions: () => this.#startOptions(),
      emit: heard,
      saveEntry: (entry) => parts.gather.saveEntry(session, entry),
      log: parts.log,
    });
  }

  /** The agent, ready for a prompt. Rejects NotNow without a model or a directory, else as Driver.start does. */
  async open(modelId: string): Promise<DriverSession> {
    const path = this.#projectPath();
    if (modelId === '') {
      throw new NotNow('no-model', 'no model is granted to this machine; an owner of the team grants models');
    }
    if (!this.#parts.isDirectory(path)) {
      const remedy = 'restore it, or give the project another path';
      throw new NotNow('project-missing', `the project's directory ${path} is gone; ${remedy}`);
    }
    const agent = await this.seat.open(modelId);
    if (this.#session.record.compactNext) await this.#compactLazily(agent);
    return agent;
  }

  /** The model of the next turn: the prompt's, the session's, or the first one granted; empty when there is none. */
  modelFor(prompt: PromptRecord | null): string {
    return prompt?.modelId ?? this.#session.record.modelId ?? this.#parts.models()[0]?.id ?? '';
  }

  /** Throws BadInput for a model that is not granted. While the gateway has not told of any, it decides itself. */
  requireModel(modelId: string): void {
    const models = this.#parts.models();
    if (models.length === 0 || models.some((model) => model.id === modelId)) return;
    throw new BadInput(`no model "${modelId}" is granted to this machine`, 'modelId');
  }

  /** A prompt's images with their bytes, as the agent wants them. */
  imagesOf(prompt: PromptRecord | null): DriverPrompt['images'] {
    return (prompt?.images ?? []).flatMap(({ id }) => {
      const image = this.#parts.store.images.get(this.#session.id, id);
      return image ? [{ mimeType: image.mimeType, data: image.data.toString('base64') }] : [];
    });
  }

  /** A title for what was said, or null. Never rejects. */
  titleFor(prompt: string, answer: string): Promise<string | null> {
    return titleFor(this.#parts.driver, { modelId: this.modelFor(null), prompt, answer });
  }

  async #compactLazily(agent: DriverSession): Promise<void> {
    await agent.compact({ lazily: true, reason: 'fork' });
    this.#session.record = { ...this.#session.record, compactNext: false };
    this.#parts.gather.touch(this.#session, false);
  }

  #startOptions() {
    const { store, gather } = this.#parts;
    const { id } = this.#session;
    gather.flush();
    return { sessionId: id, cwd: this.#projectPath(), entries: store.log.entriesOf(id) };
  }

  #projectPath(): string {
    const { projectId } = this.#session.record;
    const project = this.#parts.project(projectId);
    if (!project) throw new NoSuchThing('project', projectId);
    return project.path;
  }
}
