/** Doors one behind the other: each takes what is its own and leaves the rest to the next. */
import type { Door } from './inference-door.ts';

export function inTurn(doors: readonly Door[]): Door {
  return (request, response, next) => {
    const tryFrom = (index: number): void => {
      const door = doors[index];
      if (door) door(request, response, () => tryFrom(index + 1));
      else next();
    };
    tryFrom(0);
  };
}
