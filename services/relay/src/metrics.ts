/** Shows the relay's counters and sizes as metrics, read at scrape time alone. */
import type { Metrics } from '@spectral/common';
import type { RelayCounters } from './counters.ts';
import type { Router } from './routing/router.ts';

interface Observed {
  readonly counters: RelayCounters;
  readonly router: Router;
  readonly isReady: () => boolean;
}

/** Returns the way to stop. */
export function observeRelay(metrics: Metrics, { counters, router, isReady }: Observed): () => void {
  const { held, watched } = router;
  const sum = (name: string, help: string, read: () => number) => metrics.observeCounter(name, help, read);
  const labelled = (name: string, help: string, read: () => Record<string, number>, label: string) =>
    metrics.observeCounter(name, help, () =>
      Object.entries(read()).map(([value, count]) => ({ value: count, labels: { [label]: value } })),
    );
  const stops = [
    metrics.observeGauge('relay_machine_links', 'Machines connected to this process', () => held.size),
    metrics.observeGauge(
      'relay_browser_connections',
      'Browsers connected to this process',
      () => watched.size,
    ),
    metrics.observeGauge(
      'relay_requests_pending',
      'Requests of browsers here that await an answer',
      () => watched.pendingRequests,
    ),
    metrics.observeGauge('relay_ready', '1 while the process takes connections', () => Number(isReady())),
    labelled('relay_frames', 'Data frames received and sent', () => framesOf(counters), 'way'),
    labelled('relay_frame_bytes', 'Bytes of data frames received and sent', () => bytesOf(counters), 'way'),
    sum('relay_requests', 'Requests received from browsers', () => counters.requests),
    labelled(
      'relay_requests_unanswered',
      'Requests the relay answered in a machine’s place',
      () => unansweredOf(counters),
      'cause',
    ),
    sum('relay_requests_lost', 'Requests or answers lost between relay pods', () => counters.requestsLost),
    labelled('relay_pod_messages', 'Messages between relay pods', () => podMessagesOf(counters), 'way'),
    sum('relay_reader_gaps', 'Channels dropped for a browser that fell behind', () => counters.gaps),
    sum('relay_stray_frames', 'Frames for a reader or request that had ended', () => counters.strayFrames),
    sum('relay_bad_frames', 'Frames that closed their socket', () => counters.badFrames),
    sum('relay_rate_limited', 'Times a socket was above its rate', () => counters.rateLimited),
    sum(
      'relay_machines_replaced',
      'Machine links that a newer one replaced',
      () => counters.machinesReplaced,
    ),
    sum('relay_pods_lost', 'Other pods noticed to be dead', () => counters.podsLost),
    sum('relay_admissions_refused', 'Machines and browsers not let in', () => counters.admissionsRefused),
    sum(
      'relay_standing_failures',
      'Checks of standing that the gateway did not answer',
      () => counters.standingFailures,
    ),
    labelled(
      'relay_cordons',
      'Orders to machines of a fleet to take no turn, or to take them again',
      () => cordonsOf(counters),
      'outcome',
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function framesOf(counters: RelayCounters): Record<string, number> {
  return {
    from_machine: counters.framesFromMachines,
    to_machine: counters.framesToMachines,
    from_browser: counters.framesFromBrowsers,
    to_browser: counters.framesToBrowsers,
  };
}

function bytesOf(counters: RelayCounters): Record<string, number> {
  return {
    from_machine: counters.bytesFromMachines,
    from_browser: counters.bytesFromBrowsers,
    to_browser: counters.bytesToBrowsers,
  };
}

function unansweredOf(counters: RelayCounters): Record<string, number> {
  return {
    offline: counters.requestsOffline,
    timeout: counters.requestsTimedOut,
    broken: counters.requestsBroken,
    refused: counters.requestsRefused,
  };
}

function cordonsOf(counters: RelayCounters): Record<string, number> {
  return {
    drained: counters.cordonsDrained,
    busy: counters.cordonsBusy,
    unknown: counters.cordonsUnknown,
    stale: counters.cordonsStale,
    lifted: counters.cordonsLifted,
  };
}

function podMessagesOf(counters: RelayCounters): Record<string, number> {
  return {
    sent: counters.messagesToPods,
    received: counters.messagesFromPods,
    undelivered: counters.messagesUndelivered,
  };
}
