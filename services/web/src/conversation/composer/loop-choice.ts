/** Loop mode as chosen for the next prompt. */
export interface LoopChoice {
  readonly on: boolean;
  readonly goal: string;
  readonly maxIterations: number;
}
export const NO_LOOP: LoopChoice = { on: false, goal: '', maxIterations: 10 };
