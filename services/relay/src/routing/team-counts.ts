/** How many of something each team has here. A look at all of them would cost the square of a fleet that comes back. */
export class TeamCounts {
  readonly #counts = new Map<string, number>();

  of(teamId: string): number {
    return this.#counts.get(teamId) ?? 0;
  }

  add(teamId: string): void {
    this.#counts.set(teamId, this.of(teamId) + 1);
  }

  /** One that was added before. */
  remove(teamId: string): void {
    const count = this.of(teamId) - 1;
    if (count > 0) this.#counts.set(teamId, count);
    else this.#counts.delete(teamId);
  }
}
