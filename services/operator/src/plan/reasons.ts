/** Every reason a condition, an event or the page can give. Papers and alerts may rely on these words. */

export const REASONS = {
  // It is as wanted.
  AsWanted: 'Everything is as the spec wants it.',
  Idle: 'No turn runs and none waits.',
  TurnRuns: 'A turn runs or waits.',
  Connected: 'The relay sees the machine.',
  Drained: 'It takes no new turn, and none runs or waits.',
  Working: 'It takes turns.',

  // On the way.
  Starting: 'The pod starts.',
  Waking: 'Someone sent it a prompt; the pod starts again.',
  Draining: 'It takes no new turn; one that runs ends first.',
  Deleted: 'The Agent is deleted.',
  Retiring: 'The pool has more machines than it needs.',
  Updating: 'A newer revision of the template replaces the pod.',
  WaitsForTurn: 'A newer revision waits until no turn runs.',
  WaitsForOthers: 'A newer revision waits until other machines have taken it.',
  UpdateDeferred:
    'A newer revision waits for longer than the maxDeferral of the pool; turns are never cut for it.',
  NeverUpdates: 'A newer revision is taken when the pod is made anew.',
  IdleTimeout: 'It was idle for as long as the template allows and sleeps.',
  Requested: 'The spec asks for it.',
  BackingOff: 'It failed and is tried again after a wait.',
  Paused: 'The annotation spectral.dev/paused keeps the operator away.',

  // What stands in the way of a machine.
  TemplateNotFound: 'The template is not there or not accepted.',
  PoolNotFound: 'The pool is not there.',
  NetworkPolicyMissing: 'The template has no NetworkPolicy yet; no pod starts without one.',
  NameTaken: 'Another object has the name the operator needs.',
  MultiplePods: 'More than one pod belongs to it; nothing is touched.',
  Unschedulable: 'No node takes the pod.',
  QuotaExceeded: 'A ResourceQuota or LimitRange is in the way.',
  NotAllowed: 'The cluster refuses what the operator asks for.',
  PoolStalled: 'The pool had too many failures and makes no pods for now.',
  GatewayUnreachable: 'The gateway does not answer.',
  RelayUnreachable: 'The relay does not answer, or does not see the machine.',
  TokenRejected: 'The gateway refuses what the operator asks for.',
  NamespaceEnds: 'The namespace is being deleted.',
  VolumeLost: 'The volume was deleted; a new, empty one takes its place.',
  VolumePending: 'The volume is not bound yet.',

  // Failures that count.
  ImagePull: 'The image cannot be had.',
  ContainerConfig: 'The container cannot be made.',
  CrashLoop: 'The process ends again and again.',
  OOMKilled: 'The process used more memory than its limit.',
  ProcessEnded: 'The process ended.',
  RegisterTimeout: 'The process runs and did not enrol in time.',

  // Ends that nobody here caused; they do not count.
  Evicted: 'The pod was evicted.',
  Preempted: 'The pod made room for one of higher priority.',
  NodeLost: 'The node is lost or shut down.',

  // Pools, claims, templates and policies.
  Stable: 'As many machines as wanted.',
  ScalingUp: 'More machines start.',
  ScalingDown: 'Machines that nobody needs go.',
  AtMaximum: 'The pool may have no more machines.',
  WithinLimits: 'The pool may still grow.',
  TooFewReady: 'Fewer machines take prompts than wanted.',
  TooManyFailures: 'More failures in the window than the budget.',
  WithinBudget: 'Fewer failures in the window than the budget.',
  NoFreeAgent: 'The pool has no machine that nobody has used; one may be on its way.',
  Bound: 'The claim has its machine.',
  AgentLost: 'The machine of the claim is gone.',
  TtlPassed: 'The ttl of the claim has passed.',
  IdleTtlPassed: 'No turn ran for the idleTtl of the claim.',
  NotExpired: 'The claim holds.',
  Accepted: 'The operator can work with it.',
  Invalid: 'The operator cannot work with it.',
  Applied: 'The cluster has it as wanted.',
  Synced: 'The gateway has it as written.',
  TeamTaken: 'An older policy names the same team.',
  GatewayRefused: 'The gateway does not take it.',
} as const;

export type Reason = keyof typeof REASONS;
