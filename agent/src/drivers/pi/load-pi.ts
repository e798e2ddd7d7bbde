/** The one place that imports pi: late, because it reads its environment while it is loaded (0.9 s of CPU). */

export type PiSdk = typeof import('@earendil-works/pi-coding-agent');
export type StreamSimple = typeof import('@earendil-works/pi-ai/api/anthropic-messages').streamSimple;

export interface Pi {
  readonly sdk: PiSdk;
  readonly anthropic: typeof import('@earendil-works/pi-ai/api/anthropic-messages');
  readonly openai: typeof import('@earendil-works/pi-ai/api/openai-completions');
  readonly InMemoryCredentialStore: typeof import('@earendil-works/pi-ai').InMemoryCredentialStore;
}

/** Loads pi with the two vendor libraries it would otherwise load during a person's first prompt. */
export async function loadPi(): Promise<Pi> {
  const [sdk, ai, anthropic, openai] = await Promise.all([
    import('@earendil-works/pi-coding-agent'),
    import('@earendil-works/pi-ai'),
    import('@earendil-works/pi-ai/api/anthropic-messages'),
    import('@earendil-works/pi-ai/api/openai-completions'),
  ]);
  return { sdk, anthropic, openai, InMemoryCredentialStore: ai.InMemoryCredentialStore };
}
