import { createMemoryPresence } from '../src/memory-presence.ts';
import { presenceContract } from './contracts/presence.contract.ts';

presenceContract('memory', async () => {
  let time = Date.now();
  const presence = createMemoryPresence({ now: () => time });
  return {
    presence,
    another: presence,
    age: async (ms) => {
      time += ms;
    },
  };
});
