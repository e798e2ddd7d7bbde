// Adds a model of the team's own.
import { useState, type SubmitEvent } from 'react';
import type { Team, UserModel } from '@spectral/proto/wire';
import { useServices } from '../app/services.ts';
import { formText } from '../data/form-text.ts';
import { Button } from '../design/button.tsx';
import { Field, Select, Switch } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import { useAttempt } from './use-attempt.ts';

interface UserModelFormProps {
  team: Team;
  onMade: (model: UserModel) => void;
  onCancel: () => void;
}

type Api = UserModel['api'];

export function UserModelForm({ team, onMade, onCancel }: UserModelFormProps) {
  const { gateway } = useServices();
  const { run, busy, failure } = useAttempt();
  const [api, setApi] = useState<Api>('openai-completions');
  const [images, setImages] = useState(false);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => formText(form, name);
    void run(async () => {
      const model = await gateway.createUserModel(team.id, {
        modelId: text('modelId'),
        displayName: text('displayName') || text('modelId'),
        baseUrl: text('baseUrl'),
        api,
        contextWindow: Number(text('contextWindow')),
        maxOutput: Number(text('maxOutput')),
        input: images ? ['text', 'image'] : ['text'],
        ...(text('apiKey') === '' ? {} : { apiKey: text('apiKey') }),
      });
      onMade(model);
    });
  };
  return (
    <form className="settings-grid" onSubmit={submit}>
      <Field label="Model id" name="modelId" required placeholder="deepseek/deepseek-v4-pro" autoFocus />
      <Field label="Shown as" name="displayName" placeholder="DeepSeek V4 Pro" />
      <Field label="Base URL" name="baseUrl" type="url" required placeholder="https://llm.example.com/v1" />
      <Select
        label="Protocol"
        value={api}
        onChange={(next) => setApi(next === 'anthropic-messages' ? next : 'openai-completions')}
        options={[
          { value: 'openai-completions', label: 'OpenAI chat completions' },
          { value: 'anthropic-messages', label: 'Anthropic messages' },
        ]}
      />
      <Field
        label="API key"
        name="apiKey"
        type="password"
        autoComplete="off"
        help="Empty for an endpoint that needs none."
      />
      <Field
        label="Context window, tokens"
        name="contextWindow"
        type="number"
        min={1024}
        required
        defaultValue={128_000}
      />
      <Field
        label="Longest answer, tokens"
        name="maxOutput"
        type="number"
        min={1}
        required
        defaultValue={16_000}
      />
      <div className="settings-grid-switch">
        <Switch label="Reads images" checked={images} onChange={setImages} />
      </div>
      {failure && <Notice tone="bad">{failure}</Notice>}
      <div className="settings-form-end">
        <Button type="submit" tone="accent" busy={busy}>
          Add model
        </Button>
        <Button tone="quiet" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
