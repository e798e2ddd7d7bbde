// Which models the team may use: a switch for each of the catalogue, and the team's own endpoints.
import { useCallback, useState } from 'react';
import type { TeamModels } from '@spectral/proto/client';
import type { Model, Team, UserModel } from '@spectral/proto/wire';
import { useServices } from '../app/services.ts';
import { tokensText } from '../design/amounts.ts';
import { Button, IconButton } from '../design/button.tsx';
import { Confirm } from '../design/confirm.tsx';
import { Switch } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import { LoadedView, useLoaded, type Loaded } from './loaded.tsx';
import { canManage } from './team-switch.tsx';
import { useAttempt } from './use-attempt.ts';
import { UserModelForm } from './user-model-form.tsx';

export function ModelsSection({ team }: { team: Team }) {
  const { gateway } = useServices();
  const loaded = useLoaded(useCallback(() => gateway.models(team.id), [gateway, team.id]));
  return (
    <LoadedView loaded={loaded} what="Loading models">
      {(models) => (
        <>
          <Catalogue team={team} models={models} loaded={loaded} />
          <OwnModels team={team} models={models} loaded={loaded} />
        </>
      )}
    </LoadedView>
  );
}

interface PartProps {
  team: Team;
  models: TeamModels;
  loaded: Loaded<TeamModels>;
}

function Catalogue({ team, models, loaded }: PartProps) {
  const { gateway } = useServices();
  const { run, busy, failure } = useAttempt();
  const grant = (model: Model, granted: boolean) =>
    run(async () => {
      const others = models.catalogue
        .filter((known) => known.granted && known.id !== model.id)
        .map(({ id }) => id);
      loaded.set(await gateway.grantModels(team.id, granted ? [...others, model.id] : others));
    });
  return (
    <section className="settings-card">
      <h2>Models of this server</h2>
      <p>Machines of the team can call the models that are on. Keys of the providers stay on the server.</p>
      {failure && <Notice tone="bad">{failure}</Notice>}
      {models.catalogue.length === 0 && (
        <p className="settings-none">No provider is configured on this server.</p>
      )}
      <ul className="settings-rows">
        {models.catalogue.map((model) => (
          <li key={model.id}>
            <ModelText model={model} />
            <Switch
              label={<span className="visually-hidden">Use {model.displayName}</span>}
              checked={model.granted}
              disabled={!canManage(team) || busy}
              onChange={(granted) => void grant(model, granted)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

function OwnModels({ team, models, loaded }: PartProps) {
  const { gateway } = useServices();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<UserModel | null>(null);
  return (
    <section className="settings-card">
      <h2>Models of the team</h2>
      <p>
        Any endpoint that speaks the OpenAI or the Anthropic protocol. Its key is sealed on the server and
        never shown again.
      </p>
      <ul className="settings-rows">
        {models.userModels.map((model) => (
          <li key={model.rowId}>
            <ModelText model={model} detail={model.baseUrl} />
            {canManage(team) && (
              <IconButton
                icon="trash"
                label={`Remove ${model.displayName}`}
                onClick={() => setRemoving(model)}
              />
            )}
          </li>
        ))}
      </ul>
      {canManage(team) && !adding && (
        <div>
          <Button icon="plus" onClick={() => setAdding(true)}>
            Add a model
          </Button>
        </div>
      )}
      {adding && (
        <UserModelForm
          team={team}
          onCancel={() => setAdding(false)}
          onMade={(model) => {
            loaded.set({ ...models, userModels: [...models.userModels, model] });
            setAdding(false);
          }}
        />
      )}
      <Confirm
        open={removing !== null}
        title={`Remove ${removing?.displayName ?? ''}?`}
        action="Remove model"
        onClose={() => setRemoving(null)}
        onConfirm={async () => {
          if (!removing) return;
          await gateway.deleteUserModel(team.id, removing.rowId);
          loaded.set({
            ...models,
            userModels: models.userModels.filter(({ rowId }) => rowId !== removing.rowId),
          });
        }}
      >
        <p>Sessions that use it need another model for their next prompt. The sealed key is deleted.</p>
      </Confirm>
    </section>
  );
}

function ModelText({ model, detail }: { model: Model; detail?: string }) {
  const { price } = model;
  return (
    <>
      <div className="settings-row-text">
        <strong>
          {model.displayName}
          {model.kind === 'demo' && <span className="tag tag-warn">demo</span>}
        </strong>
        <span className="mono truncate">{detail ?? model.id}</span>
      </div>
      <span className="settings-row-fact numbers">
        {tokensText(model.contextWindow)} context <br />
        {price ? `$${price.input} / $${price.output} per million` : 'price unknown'}
      </span>
    </>
  );
}
