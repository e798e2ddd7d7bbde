/**
 * Presence in Redis. Two kinds of keys, so that keeping ten thousand machines alive costs a relay one write:
 *
 *   spectral:pod:<pod>           when the relay process last said that it lives (milliseconds, by Redis' clock)
 *   spectral:machine:{<id>}      "<epoch> <since> <until> <pod>"; `until` is 0 while held
 *
 * What machines say of themselves is beside it, see redis-activities.ts.
 *
 * A machine is present while its record is held and its pod spoke within PRESENCE_EXPIRY_MS. Epochs come from Redis'
 * clock and always grow, even when Redis has lost its data in between. In a cluster each key is alone on its node and
 * is always judged by that node's clock.
 */
import { Cluster } from 'ioredis';
import type { Logger } from './logger.ts';
import { PRESENCE_EXPIRY_MS, type MachinePresence, type Presence } from './presence.ts';
import { createRedisActivities, type RedisActivities } from './redis-activities.ts';
import type { RedisAddress } from './redis-address.ts';
import { openRedis, whenConnected, type RedisClient } from './redis-connection.ts';
import { createRedisScript } from './redis-script.ts';

/** How long Redis remembers when a machine was last seen. */
const REMEMBER_SECONDS = 90 * 24 * 3600;
/** Keys of one MGET. */
const CHUNK = 1_000;
const START_WAIT_MS = 2_000;

const podKey = (podId: string) => `spectral:pod:${podId}`;
const machineKey = (machineId: string) => `spectral:machine:{${machineId}}`;

/** A pod speaks. */
const SPEAK = createRedisScript(`
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('SET', KEYS[1], string.format('%.0f', now), 'EX', ARGV[1])
  return 1`);

/** Milliseconds since a pod last spoke, by the clock that noted it; nil for a pod that never did. */
const SILENCE = createRedisScript(`
  local spoken = redis.call('GET', KEYS[1])
  if not spoken then return false end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000) - spoken`);

/** A pod takes a machine, whoever has it. Returns the record before and after. */
const CLAIM = createRedisScript(`
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local before = redis.call('GET', KEYS[1]) or ''
  local last = tonumber(string.match(before, '^%d+') or '0')
  local after = string.format('%.0f %.0f 0 %s', math.max(now, last + 1), now, ARGV[1])
  redis.call('SET', KEYS[1], after, 'EX', ARGV[2])
  return {before, after}`);

/**
 * A holder writes its record again when Redis knows nothing newer. Returns whether it stands: its own record, written
 * a moment ago by a renewal that overtook this one, stands too.
 */
const HOLD = createRedisScript(`
  local before = redis.call('GET', KEYS[1]) or ''
  local last, ended = string.match(before, '^(%d+) %d+ (%d+) ')
  if last == ARGV[1] then return ended == '0' and 1 or 0 end
  if tonumber(last or '0') > tonumber(ARGV[1]) then return 0 end
  redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
  return 1`);

/** A holder lets go, and its time is noted. */
const RELEASE = createRedisScript(`
  local before = redis.call('GET', KEYS[1]) or ''
  local epoch, since, ended, pod = string.match(before, '^(%d+) (%d+) (%d+) (.+)$')
  if epoch ~= ARGV[1] or ended ~= '0' then return 0 end
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('SET', KEYS[1], string.format('%s %s %.0f %s', epoch, since, now, pod), 'EX', ARGV[2])
  return 1`);

/** A claim is taken back, and the record that it replaced stands again. */
const RESTORE = createRedisScript(`
  local before = redis.call('GET', KEYS[1]) or ''
  if string.match(before, '^%d+') ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
  return 1`);

interface Row {
  readonly entry: MachinePresence;
  /** Milliseconds since 1970, or 0 while held. */
  readonly until: number;
}

/** Presence in the Redis at `address`. Resolves when connected, or after two seconds; then commands fail until it is. */
export async function createRedisPresence(address: RedisAddress, log: Logger): Promise<Presence> {
  const redis = openRedis(address, log);
  await whenConnected(redis, START_WAIT_MS);
  return presenceIn(redis);
}

function presenceIn(redis: RedisClient): Presence {
  const speak = createSpeaker(redis);
  const activities = createRedisActivities({
    redis,
    readMany: (keys) => readMany(redis, keys),
    rememberSeconds: REMEMBER_SECONDS,
  });
  const find = async (machineIds: readonly string[]) => {
    const held = [...(await readRows(redis, machineIds)).values()].filter(({ until }) => until === 0);
    const alive = await alivePods(redis, held);
    return new Map(
      held.filter(({ entry }) => alive.has(entry.podId)).map(({ entry }) => [entry.machineId, entry]),
    );
  };

  return {
    async claim({ machineId, podId }) {
      await speak(podId);
      const records = await CLAIM(redis, [machineKey(machineId)], [podId, REMEMBER_SECONDS]);
      const [before, after] = Array.isArray(records)
        ? records.map((record) => readRow(machineId, record))
        : [];
      if (!after) throw new Error('Redis gave no record for a claim');
      const stillHeld =
        before && before.until === 0 && (await alivePods(redis, [before])).has(before.entry.podId);
      return { entry: after.entry, replaced: stillHeld ? before.entry : null };
    },
    async abandon({ entry, replaced }) {
      const { machineId, epoch } = entry;
      if (replaced) {
        await RESTORE(redis, [machineKey(machineId)], [epoch, writeRow(replaced), REMEMBER_SECONDS]);
      } else await RELEASE(redis, [machineKey(machineId)], [epoch, REMEMBER_SECONDS]);
    },
    async renew(entries) {
      const pods = new Set(entries.map(({ podId }) => podId));
      await Promise.all([...pods].map(speak));
      const rows = await readRows(
        redis,
        entries.map(({ machineId }) => machineId),
      );
      const standing = await Promise.all(
        entries.map((entry) => stands(redis, activities, entry, rows.get(entry.machineId))),
      );
      const lost = entries.filter((_, index) => !standing[index]);
      for (const entry of lost) activities.forget(entry);
      return lost.map(({ machineId }) => machineId);
    },
    async release(entry) {
      const { machineId, epoch } = entry;
      activities.forget(entry);
      await RELEASE(redis, [machineKey(machineId)], [epoch, REMEMBER_SECONDS]);
    },
    find,
    tell: activities.tell,
    activities: async (machineIds) => activities.under(await find(machineIds)),
    async lastSeen(machineIds) {
      const rows = [...(await readRows(redis, machineIds)).values()];
      const spoken = await spokenAt(redis, rows);
      return new Map(
        rows.map(({ entry, until }) => [entry.machineId, until || (spoken.get(entry.podId) ?? entry.since)]),
      );
    },
    async close() {
      redis.disconnect();
    },
  };
}

/** Has a pod speak. Who asks while it does so shares that: of a fleet that comes back at once, all that come together. */
function createSpeaker(redis: RedisClient): (podId: string) => Promise<unknown> {
  const speaking = new Map<string, Promise<unknown>>();
  return (podId) => {
    const underWay = speaking.get(podId);
    if (underWay) return underWay;
    const begun = SPEAK(redis, [podKey(podId)], [REMEMBER_SECONDS]).finally(() => speaking.delete(podId));
    speaking.set(podId, begun);
    return begun;
  };
}

/** Whether an entry is still the newest; makes good what Redis has forgotten. */
async function stands(
  redis: RedisClient,
  activities: RedisActivities,
  entry: MachinePresence,
  row: Row | undefined,
): Promise<boolean> {
  if (row && row.entry.epoch > entry.epoch) return false;
  if (row && row.entry.epoch === entry.epoch) return row.until === 0;
  const { machineId, epoch } = entry;
  const held = await HOLD(redis, [machineKey(machineId)], [epoch, writeRow(entry), REMEMBER_SECONDS]);
  if (held === 1) await activities.restore(entry);
  return held === 1;
}

async function alivePods(redis: RedisClient, rows: readonly Row[]): Promise<Set<string>> {
  const pods = [...new Set(rows.map(({ entry }) => entry.podId))];
  const silences = await Promise.all(pods.map((podId) => SILENCE(redis, [podKey(podId)], [])));
  return new Set(
    pods.filter((_, index) => {
      const silenceMs = silences[index];
      return typeof silenceMs === 'number' && silenceMs <= PRESENCE_EXPIRY_MS;
    }),
  );
}

/** When the pods of these rows last spoke. */
async function spokenAt(redis: RedisClient, rows: readonly Row[]): Promise<Map<string, number>> {
  const pods = [...new Set(rows.map(({ entry }) => entry.podId))];
  const values = await readMany(redis, pods.map(podKey));
  return new Map(pods.flatMap((podId, index) => (values[index] ? [[podId, Number(values[index])]] : [])));
}

async function readRows(redis: RedisClient, machineIds: readonly string[]): Promise<Map<string, Row>> {
  const values = await readMany(redis, machineIds.map(machineKey));
  const rows = new Map<string, Row>();
  for (const [index, machineId] of machineIds.entries()) {
    const row = readRow(machineId, values[index]);
    if (row) rows.set(machineId, row);
  }
  return rows;
}

async function readMany(redis: RedisClient, keys: readonly string[]): Promise<(string | null)[]> {
  // Keys of several nodes cannot be read by one command.
  if (redis instanceof Cluster) return Promise.all(keys.map((key) => redis.get(key)));
  const values: (string | null)[] = [];
  for (let start = 0; start < keys.length; start += CHUNK) {
    values.push(...(await redis.mget(...keys.slice(start, start + CHUNK))));
  }
  return values;
}

function readRow(machineId: string, record: unknown): Row | null {
  const fields = /^(\d+) (\d+) (\d+) (.+)$/.exec(typeof record === 'string' ? record : '');
  if (!fields) return null;
  const [, epoch, since, until, podId = ''] = fields;
  const entry = { machineId, podId, epoch: Number(epoch), since: Number(since) };
  return { entry, until: Number(until) };
}

function writeRow({ epoch, since, podId }: MachinePresence): string {
  return `${epoch} ${since} 0 ${podId}`;
}
