// Builds the real parts and mounts the page.
import './design/tokens.css';
import './design/fonts.css';
import './design/base.css';
import { createRoot } from 'react-dom/client';
import { createGatewayClient } from '@spectral/proto/client';
import type { Me } from '@spectral/proto/wire';
import { App } from './app/app.tsx';
import type { Services } from './app/services.ts';
import { createDrafts } from './data/drafts.ts';
import { openMachineRoom } from './data/machine-room.ts';
import { createMachines } from './data/machines.ts';
import { localStorageOf } from './data/storage.ts';
import { createStore } from './data/store.ts';
import { createTheme } from './data/theme.ts';
import { onWake } from './data/wake.ts';
import { createCommands } from './keyboard/commands.ts';

function services(): Services {
  const storage = localStorageOf(window.localStorage);
  const gateway = createGatewayClient({ baseUrl: '', fetch: (url, init) => fetch(url, init) });
  return {
    gateway,
    storage,
    machines: createMachines(gateway),
    drafts: createDrafts(storage),
    theme: createTheme(storage, document.documentElement),
    commands: createCommands(),
    me: createStore<Me | null>(null),
    openMachine: (machineId) =>
      openMachineRoom({
        machineId,
        getTicket: () => gateway.relayTicket(machineId),
        nextFrame: (run) => void requestAnimationFrame(run),
        onWake,
      }),
  };
}

const root = document.getElementById('root');
if (root) createRoot(root).render(<App services={services()} />);
