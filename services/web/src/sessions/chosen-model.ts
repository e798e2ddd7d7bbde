// The model of the next prompt: the session's own, changed at once here and then on the machine.
import { useState } from 'react';
import type { Model, SessionInfo } from '@spectral/proto/wire';
import { useStore } from '../data/store.ts';
import { useMachine } from '../machines/machine-context.ts';

interface ChosenModel {
  readonly models: readonly Model[];
  readonly modelId: string | null;
  readonly choose: (modelId: string) => void;
}

const NONE: readonly Model[] = [];

export function useChosenModel(sessionId: string, info: SessionInfo | undefined): ChosenModel {
  const { room } = useMachine();
  const models = useStore(room.models) ?? NONE;
  const [chosen, setChosen] = useState<string | null>(null);
  const kept = info?.modelId ?? null;
  const known = (id: string | null) => models.some((model) => model.id === id);
  const modelId = [chosen, kept].find((id) => id !== null && known(id)) ?? models[0]?.id ?? null;
  return {
    models,
    modelId,
    choose(id) {
      setChosen(id);
      // Each prompt names its model, so a failure here costs nothing.
      room.calls.changeSession(sessionId, { modelId: id }).catch(() => undefined);
    },
  };
}
