/** The relay's fleet routes over HTTP; any relay answers for all machines. */
import * as v from 'valibot';
import { machineActivity } from '@spectral/proto/wire';
import type { Leader } from '../cluster/index.ts';
import { createCaller, type CallerParts } from './http-caller.ts';
import type { TurnJudge } from './turn-judge.ts';

const activities = v.object({ machines: v.array(machineActivity) });

const PATH = '/internal/fleet';

export function createHttpRelay(
  parts: Omit<CallerParts, 'name'>,
  leader: Pick<Leader, 'assertLeading'>,
): TurnJudge {
  const call = createCaller({ ...parts, name: 'relay' });
  const command = (what: 'cordon' | 'uncordon') => async (machineId: string, fence: number) => {
    leader.assertLeading();
    const path = `${PATH}/machines/${encodeURIComponent(machineId)}/${what}`;
    return call({ method: 'POST', path, body: { fence }, answer: machineActivity });
  };
  return {
    async activity(machineIds) {
      const body = { machineIds };
      const answer = await call({ method: 'POST', path: `${PATH}/activity`, body, answer: activities });
      return answer.machines;
    },
    cordon: command('cordon'),
    uncordon: command('uncordon'),
  };
}
