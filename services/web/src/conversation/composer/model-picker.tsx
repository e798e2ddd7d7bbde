// The model of the next prompt.
import type { Model } from '@spectral/proto/wire';
import { tokensText } from '../../design/amounts.ts';
import { Icon } from '../../design/icon.tsx';
import { Menu, MenuItem } from '../../design/menu.tsx';

interface ModelPickerProps {
  models: readonly Model[];
  modelId: string | null;
  onModel: (modelId: string) => void;
}

export function ModelPicker({ models, modelId, onModel }: ModelPickerProps) {
  const chosen = models.find((model) => model.id === modelId) ?? models[0];
  return (
    <Menu
      label="Model"
      align="start"
      renderTrigger={(props) => (
        <button
          {...props}
          type="button"
          className="composer-tool composer-model"
          aria-label={`Model: ${chosen?.displayName ?? 'none'}`}
        >
          <span className="truncate">{chosen?.displayName ?? 'Model'}</span>
          {chosen?.kind === 'demo' && <span className="tag tag-warn">demo</span>}
          <Icon name="chevron-down" size={13} />
        </button>
      )}
    >
      {(close) => (
        <>
          {models.length === 0 && (
            <p className="menu-heading">
              No model is known here: the machine is away, or its team was granted none.
            </p>
          )}
          {models.map((model) => (
            <MenuItem
              key={model.id}
              checked={model.id === chosen?.id}
              detail={detailOf(model)}
              onSelect={() => {
                onModel(model.id);
                close();
              }}
            >
              {model.displayName}
            </MenuItem>
          ))}
        </>
      )}
    </Menu>
  );
}

function detailOf({ kind, price, contextWindow, input }: Model): string {
  if (kind === 'demo') return 'Demo: a scripted conversation, no real model';
  const cost = price ? `$${price.input} in, $${price.output} out per million` : 'price unknown';
  return `${tokensText(contextWindow)} context · ${cost}${input.includes('image') ? '' : ' · text only'}`;
}
