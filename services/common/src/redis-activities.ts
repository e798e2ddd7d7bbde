/**
 * What machines say of their activity, in Redis: `spectral:activity:{<id>}` holds "<epoch> <JSON>". The epoch is that of
 * the presence entry it came under: under another one it means nothing.
 */
import { activity, parseJson, type Activity } from '@spectral/proto/wire';
import type { MachinePresence } from './presence.ts';
import type { RedisClient } from './redis-connection.ts';
import { createRedisScript } from './redis-script.ts';

const activityKey = (machineId: string) => `spectral:activity:{${machineId}}`;

/** A holder writes what its machine said, unless a newer one has. */
const TELL = createRedisScript(`
  local before = redis.call('GET', KEYS[1]) or ''
  if tonumber(string.match(before, '^%d+') or '0') > tonumber(ARGV[1]) then return 0 end
  redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'EX', ARGV[3])
  return 1`);

export interface RedisActivities {
  tell(entry: MachinePresence, said: Activity): Promise<void>;
  /** Writes again what was told last under this entry, after Redis has lost it. */
  restore(entry: MachinePresence): Promise<void>;
  /** Nothing more is told under this entry. */
  forget(entry: MachinePresence): void;
  /** What was said under these entries; others are absent. */
  under(entries: ReadonlyMap<string, MachinePresence>): Promise<Map<string, Activity>>;
}

interface Parts {
  readonly redis: RedisClient;
  readonly readMany: (keys: readonly string[]) => Promise<(string | null)[]>;
  readonly rememberSeconds: number;
}

export function createRedisActivities({ redis, readMany, rememberSeconds }: Parts): RedisActivities {
  /** What this process told, for the case that Redis loses it. */
  const own = new Map<string, { readonly epoch: number; readonly said: Activity }>();

  const write = async ({ machineId, epoch }: MachinePresence, said: Activity) =>
    void (await TELL(redis, [activityKey(machineId)], [epoch, JSON.stringify(said), rememberSeconds]));

  return {
    async tell(entry, said) {
      own.set(entry.machineId, { epoch: entry.epoch, said });
      await write(entry, said);
    },
    async restore(entry) {
      const told = own.get(entry.machineId);
      if (told?.epoch === entry.epoch) await write(entry, told.said);
    },
    forget({ machineId, epoch }) {
      if (own.get(machineId)?.epoch === epoch) own.delete(machineId);
    },
    async under(entries) {
      const values = await readMany([...entries.keys()].map(activityKey));
      const found = new Map<string, Activity>();
      for (const [index, [machineId, { epoch }]] of [...entries].entries()) {
        const [, under, json] = /^(\d+) (.+)$/s.exec(values[index] ?? '') ?? [];
        if (json && Number(under) === epoch) found.set(machineId, parseJson(activity, json, 'activity'));
      }
      return found;
    },
  };
}
