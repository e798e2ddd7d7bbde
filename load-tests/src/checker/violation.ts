/** One thing that must not happen, found in a history. */

export type ViolationKind =
  /** A number the log holds was never applied, though later ones were. */
  | 'lost'
  /** A number was applied again. */
  | 'doubled'
  /** A number was applied after a later one. */
  | 'reordered'
  /** Content of another place or channel, or of no log at all. */
  | 'foreign'
  /** A reader had to forget what it had seen. */
  | 'forgotten'
  /** A reader did not have in time what the log held. */
  | 'not-converged'
  /** A prompt stands in the logs more than once. */
  | 'prompt-twice'
  /** A prompt was accepted and stands in no log. */
  | 'prompt-lost'
  /** A log holds a prompt that nobody sent there, or under another id than was told. */
  | 'prompt-foreign'
  /** A reader beside its machine did not go on while Redis was away. */
  | 'stalled'
  /** A machine's outdated link was not closed. */
  | 'unfenced'
  /** A relay said that it is ready, or not, and the contrary was true. */
  | 'untrue-ready'
  /** A process ended by itself. */
  | 'died';

export interface Violation {
  readonly kind: ViolationKind;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The reader, or the machine, the relay or the process that is meant. */
  readonly reader: string;
  readonly channel: string;
  /** The event's number; 0 where none is meant. */
  readonly seq: number;
  /** What was expected and what came. */
  readonly message: string;
}

/** As a line for a person. */
export function violationText({ kind, at, reader, channel, seq, message }: Violation): string {
  const place = seq > 0 ? `${channel} event ${seq}` : channel;
  return `${new Date(at).toISOString()} ${kind}: ${reader}, ${place}: ${message}`;
}
