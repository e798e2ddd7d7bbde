// One breach of a house rule, told so that it can be put right without reading the rule's code.

export interface Fault {
  readonly path: string;
  readonly line?: number;
  /** What is wrong and what to do instead. */
  readonly message: string;
}

/** `path:line message`, the form terminals turn into a link. */
export function tellFault({ path, line, message }: Fault): string {
  return `${path}${line === undefined ? '' : `:${line}`} ${message}`;
}
