// A new project: a directory on the machine, completed while it is typed.
import { useState, type SubmitEvent } from 'react';
import { useLocation } from 'wouter';
import { projectPath } from '../app/paths.ts';
import { messageOf } from '../data/failure.ts';
import { useStore } from '../data/store.ts';
import { Button } from '../design/button.tsx';
import { useMachine } from '../machines/machine-context.ts';
import { PathField } from './path-field.tsx';
import './project-form.css';

export function ProjectForm({ onDone }: { onDone?: () => void }) {
  const { room } = useMachine();
  const home = useStore(room.lists)?.home ?? '~';
  const [, navigate] = useLocation();
  const [path, setPath] = useState(`${home}/`);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      const project = await room.calls.createProject({
        path: path.length > 1 ? path.replace(/\/+$/, '') : path,
      });
      onDone?.();
      navigate(projectPath(room.machineId, project.id));
    } catch (error) {
      setFailure(messageOf(error));
      setBusy(false);
    }
  };
  return (
    <form className="project-form" onSubmit={(event) => void submit(event)}>
      <PathField
        value={path}
        fault={failure}
        onChange={(next) => {
          setPath(next);
          setFailure(null);
        }}
        onEscape={onDone}
      />
      <div className="project-form-actions">
        {onDone && (
          <Button tone="quiet" onClick={onDone}>
            Cancel
          </Button>
        )}
        <Button type="submit" tone="accent" busy={busy}>
          Create project
        </Button>
      </div>
    </form>
  );
}
