/** Undoes what a test started, also when it fails. */

export type Defer = (undo: () => unknown) => void;

/** Call once in a `describe`: what is handed to the result runs after each of its tests, last first. */
export function useCleanUp(): Defer {
  const undos: (() => unknown)[] = [];
  afterEach(async () => {
    const errors: unknown[] = [];
    for (let undo = undos.pop(); undo; undo = undos.pop()) {
      try {
        await undo();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'clean-up failed');
  });
  return (undo) => undos.push(undo);
}
