/** The requests a machine link has forwarded and not answered yet, under the ids the machine sees. */

/** Where an answer goes. */
export interface PendingRequest {
  readonly podId: string;
  readonly reader: number;
  /** The reader's own id of the request. */
  readonly target: number;
  /** Milliseconds since 1970. */
  readonly since: number;
}

const HIGHEST_ID = 0xffffffff;

export class PendingRequests {
  /** In order of arrival, so that the oldest stand first. */
  readonly #requests = new Map<number, PendingRequest>();
  #lastId = 0;

  /** The id under which the machine answers. */
  add(request: PendingRequest): number {
    do {
      this.#lastId = this.#lastId === HIGHEST_ID ? 1 : this.#lastId + 1;
    } while (this.#requests.has(this.#lastId));
    this.#requests.set(this.#lastId, request);
    return this.#lastId;
  }

  /** Takes a request out for its one answer; undefined for an id that awaits none. */
  take(id: number): PendingRequest | undefined {
    const request = this.#requests.get(id);
    if (request) this.#requests.delete(id);
    return request;
  }

  /** Forgets what is older: its reader has been told 504 by now. */
  forgetBefore(time: number): void {
    for (const [id, request] of this.#requests) {
      if (request.since >= time) break;
      this.#requests.delete(id);
    }
  }

  /** Those of a pod's readers. */
  *ofPod(podId: string): Iterable<PendingRequest> {
    for (const request of this.#requests.values()) if (request.podId === podId) yield request;
  }

  /** Takes all out, oldest first. */
  drain(): PendingRequest[] {
    const all = [...this.#requests.values()];
    this.#requests.clear();
    return all;
  }

  get size(): number {
    return this.#requests.size;
  }
}
