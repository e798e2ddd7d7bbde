/** What the relay counts. Plain numbers, because frames are counted on the hot path; metrics.ts shows them. */

export interface RelayCounters {
  framesFromMachines: number;
  bytesFromMachines: number;
  framesToMachines: number;
  framesFromBrowsers: number;
  bytesFromBrowsers: number;
  framesToBrowsers: number;
  bytesToBrowsers: number;
  requests: number;
  requestsOffline: number;
  requestsTimedOut: number;
  requestsBroken: number;
  requestsRefused: number;
  /** Requests of other pods' browsers that got lost between pods, or whose answers did. */
  requestsLost: number;
  /** Channels dropped for a reader that fell behind its window. */
  gaps: number;
  /** Frames for a peer, request or channel that is not there (any more). */
  strayFrames: number;
  badFrames: number;
  rateLimited: number;
  messagesToPods: number;
  messagesFromPods: number;
  messagesUndelivered: number;
  machinesReplaced: number;
  podsLost: number;
  admissionsRefused: number;
  standingFailures: number;
  /** Answers to cordons, by what they said; those that lifted one apart. */
  cordonsDrained: number;
  cordonsBusy: number;
  cordonsUnknown: number;
  cordonsStale: number;
  cordonsLifted: number;
}

export function createCounters(): RelayCounters {
  return {
    framesFromMachines: 0,
    bytesFromMachines: 0,
    framesToMachines: 0,
    framesFromBrowsers: 0,
    bytesFromBrowsers: 0,
    framesToBrowsers: 0,
    bytesToBrowsers: 0,
    requests: 0,
    requestsOffline: 0,
    requestsTimedOut: 0,
    requestsBroken: 0,
    requestsRefused: 0,
    requestsLost: 0,
    gaps: 0,
    strayFrames: 0,
    badFrames: 0,
    rateLimited: 0,
    messagesToPods: 0,
    messagesFromPods: 0,
    messagesUndelivered: 0,
    machinesReplaced: 0,
    podsLost: 0,
    admissionsRefused: 0,
    standingFailures: 0,
    cordonsDrained: 0,
    cordonsBusy: 0,
    cordonsUnknown: 0,
    cordonsStale: 0,
    cordonsLifted: 0,
  };
}
