// Loop mode: the next prompt runs again and again until its goal is reached or the limit is.
import { MAX_LOOP_ITERATIONS, type LoopInfo } from '@spectral/proto/wire';
import { Button } from '../../design/button.tsx';
import { Field, Switch } from '../../design/field.tsx';
import { Icon } from '../../design/icon.tsx';
import { Popover } from '../../design/popover.tsx';
import { NO_LOOP, type LoopChoice } from './loop-choice.ts';

interface LoopControlProps {
  loop: LoopInfo | null;
  choice: LoopChoice;
  onChoice: (choice: LoopChoice) => void;
  onStop: () => void;
}

export function LoopControl({ loop, choice, onChoice, onStop }: LoopControlProps) {
  const active = loop !== null || choice.on;
  return (
    <Popover
      role="dialog"
      label="Loop mode"
      renderTrigger={(props) => (
        <button
          {...props}
          type="button"
          className={active ? 'composer-tool composer-tool-on' : 'composer-tool'}
          title="Loop mode"
        >
          <Icon name="loop" />
          <span className={active ? 'numbers' : 'visually-hidden'}>{loopText(loop)}</span>
        </button>
      )}
    >
      {(close) => (
        <div className="loop-panel">
          {loop ? (
            <RunningLoop
              loop={loop}
              onStop={() => {
                close();
                onStop();
              }}
            />
          ) : (
            <LoopForm choice={choice} onChoice={onChoice} />
          )}
        </div>
      )}
    </Popover>
  );
}

function loopText(loop: LoopInfo | null): string {
  if (!loop) return 'Loop';
  return loop.stopping ? 'Loop ending' : `Loop ${loop.iteration} of ${loop.max}`;
}

function RunningLoop({ loop, onStop }: { loop: LoopInfo; onStop: () => void }) {
  return (
    <>
      <h3>
        Iteration {loop.iteration} of {loop.max}
      </h3>
      {loop.goal && <p>Goal: {loop.goal}</p>}
      <p>
        {loop.stopping
          ? 'Ends after this iteration.'
          : 'Ends by itself when the agent says the goal is reached.'}
      </p>
      <Button icon="stop" disabled={loop.stopping} onClick={onStop}>
        End after this iteration
      </Button>
    </>
  );
}

function LoopForm({ choice, onChoice }: Pick<LoopControlProps, 'choice' | 'onChoice'>) {
  return (
    <>
      <Switch
        label={<strong>Loop the next prompt</strong>}
        checked={choice.on}
        onChange={(on) => onChoice({ ...choice, on })}
      />
      <p>The agent runs the prompt again and again, and stops when it finds the goal reached.</p>
      <Field
        label="Goal"
        placeholder="All tests pass"
        value={choice.goal}
        onChange={(event) => onChoice({ ...choice, on: true, goal: event.target.value })}
      />
      <Field
        label="At most"
        type="number"
        min={1}
        max={MAX_LOOP_ITERATIONS}
        value={choice.maxIterations}
        help={`1 to ${MAX_LOOP_ITERATIONS} iterations`}
        onChange={(event) => onChoice({ ...choice, maxIterations: bounded(event.target.valueAsNumber) })}
      />
    </>
  );
}

function bounded(wanted: number): number {
  return Number.isFinite(wanted)
    ? Math.min(MAX_LOOP_ITERATIONS, Math.max(1, Math.round(wanted)))
    : NO_LOOP.maxIterations;
}
