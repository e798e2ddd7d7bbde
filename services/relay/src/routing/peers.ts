/** The readers of one machine link, each under the handle by which the machine knows it. */

/** A reader anywhere in the cluster. */
export interface Peer {
  readonly handle: number;
  readonly podId: string;
  readonly reader: number;
}

/** Handles are never used twice on one link, so that a late frame cannot reach a stranger. */
export class PeerTable {
  readonly #byHandle = new Map<number, Peer>();
  readonly #byPod = new Map<string, Map<number, Peer>>();
  #lastHandle = 0;

  find(podId: string, reader: number): Peer | undefined {
    return this.#byPod.get(podId)?.get(reader);
  }

  byHandle(handle: number): Peer | undefined {
    return this.#byHandle.get(handle);
  }

  /** A new peer. The caller has looked with `find` before. */
  add(podId: string, reader: number): Peer {
    this.#lastHandle += 1;
    const peer: Peer = { handle: this.#lastHandle, podId, reader };
    this.#byHandle.set(peer.handle, peer);
    const ofPod = this.#byPod.get(podId) ?? new Map<number, Peer>();
    ofPod.set(reader, peer);
    this.#byPod.set(podId, ofPod);
    return peer;
  }

  remove(peer: Peer): void {
    this.#byHandle.delete(peer.handle);
    const ofPod = this.#byPod.get(peer.podId);
    ofPod?.delete(peer.reader);
    if (ofPod?.size === 0) this.#byPod.delete(peer.podId);
  }

  /** A copy, so that peers can be removed while it is walked. */
  ofPod(podId: string): Peer[] {
    return [...(this.#byPod.get(podId)?.values() ?? [])];
  }

  pods(): string[] {
    return [...this.#byPod.keys()];
  }
}
