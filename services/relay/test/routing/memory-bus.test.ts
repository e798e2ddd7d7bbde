import { randomUUID } from 'node:crypto';
import { createMemoryBusHub } from '../../src/routing/memory-bus.ts';
import { busContract } from '../contracts/bus.contract.ts';

const hub = createMemoryBusHub();
busContract('memory', async () => hub.connect(randomUUID()));
