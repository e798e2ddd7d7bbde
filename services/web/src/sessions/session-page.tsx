// A session: its header, its conversation, the composer.
import { useCallback, useMemo, useState } from 'react';
import type { QueuedPrompt, SessionInfo } from '@spectral/proto/wire';
import { usePageTitle } from '../app/page-title.ts';
import { useServices } from '../app/services.ts';
import { Composer } from '../conversation/composer/composer.tsx';
import type { ComingMachine } from '../conversation/composer/composer-props.ts';
import { ImageLoaderContext } from '../conversation/image-loader.ts';
import { Conversation } from '../conversation/conversation.tsx';
import { HighlightContext } from '../conversation/markdown/highlight-context.ts';
import { createHighlight } from '../conversation/markdown/highlight.ts';
import { createRowMaker } from '../conversation/rows/rows-of.ts';
import type { SessionRoom } from '../data/session-room.ts';
import { useOpened } from '../data/opened.ts';
import { useStore } from '../data/store.ts';
import { Empty, Waiting } from '../design/empty.tsx';
import { unreachableBecause } from '../machines/freshness.ts';
import { phaseText } from '../machines/fleet-phase.ts';
import { useMachine } from '../machines/machine-context.ts';
import { useWake, type Wake } from '../machines/use-wake.ts';
import { imageCache } from './image-cache.ts';
import { promptOf } from './prompt-of.ts';
import { SessionHeader } from './session-header.tsx';
import { TurnAnnouncer } from './turn-announcer.tsx';
import { useChosenModel } from './chosen-model.ts';
import './session.css';

export function SessionPage({ sessionId }: { sessionId: string }) {
  const { room } = useMachine();
  const session = useOpened(useCallback(() => room.openSession(sessionId), [room, sessionId]));
  return session ? (
    <OpenSession sessionId={sessionId} session={session} />
  ) : (
    <Waiting what="Opening the session" />
  );
}

function OpenSession({ sessionId, session }: { sessionId: string; session: SessionRoom }) {
  const { drafts, me } = useServices();
  const { room, name } = useMachine();
  const lists = useStore(room.lists);
  const view = useStore(session.view);
  const link = useStore(room.link);
  const [makeRows] = useState(createRowMaker);
  const [highlight] = useState(createHighlight);
  const loadImage = useMemo(
    () => imageCache((imageId) => room.calls.image(sessionId, imageId)),
    [room, sessionId],
  );
  const info = lists?.sessions.find(({ id }) => id === sessionId);
  const project = lists?.projects.find(({ id }) => id === info?.projectId);
  const wake = useWake();
  const model = useChosenModel(sessionId, info);
  const { transcript, sending, version, channel } = view;
  const running = transcript.running !== null;
  // `version` stands for the transcript, which changes in place.
  const rows = useMemo(
    () => makeRows({ items: transcript.items, running: transcript.running, sending }),
    // oxlint-disable-next-line react/exhaustive-deps
    [makeRows, transcript, version, sending],
  );
  const takeBack = useCallback(
    (prompt: QueuedPrompt) => room.calls.withdrawPrompt(sessionId, prompt.promptId),
    [room, sessionId],
  );
  usePageTitle(transcript.title || info?.title || 'Session', runningIn(lists?.sessions));

  if (channel.kind === 'refused') {
    return (
      <Empty page title="This session is not on this machine">
        <p>It was deleted, or the address is of another machine.</p>
      </Empty>
    );
  }
  const machineName = name ?? 'The machine';
  const away = unreachableBecause(link, machineName);
  return (
    <div className="session">
      <SessionHeader sessionId={sessionId} info={info} view={view} projectName={project?.name ?? ''} />
      <div className={running ? 'band band-running' : 'band'} aria-hidden="true" />
      <TurnAnnouncer running={running} />
      <HighlightContext value={highlight}>
        <ImageLoaderContext value={loadImage}>
          <Conversation
            rows={rows}
            opening={
              channel.kind === 'opening' && rows.length === 0
                ? away === null
                  ? 'Reading the conversation'
                  : `Waiting for ${name ?? 'the machine'}`
                : null
            }
            offline={away !== null}
            projectName={project?.name ?? ''}
            projectPath={project?.path ?? ''}
            userId={me.get()?.user.id ?? ''}
          />
        </ImageLoaderContext>
      </HighlightContext>
      <Composer
        key={sessionId}
        draft={drafts.of(sessionId)}
        running={running}
        unreachable={wake ? null : away}
        comes={wake && comingOf(wake, machineName)}
        models={model.models}
        modelId={model.modelId}
        onModel={model.choose}
        queue={transcript.queue}
        loop={info?.loop ?? null}
        onSend={async (prompt) => session.send(await promptOf(prompt))}
        onStop={async () => void (await room.calls.cancel(sessionId))}
        onTakeBack={takeBack}
        onStopLoop={() => room.calls.stopLoop(sessionId)}
      />
    </div>
  );
}

/** What the composer says of a machine that comes when it is needed. */
function comingOf({ fleet, wake }: Wake, name: string): ComingMachine {
  const phase = phaseText(fleet.phase).toLowerCase();
  const isAsleep = fleet.phase === 'asleep';
  return {
    hint: isAsleep ? `${name} is asleep. A prompt wakes it up.` : `${name} is not there yet: ${phase}.`,
    waiting: `${isAsleep ? 'Waking up' : `${phaseText(fleet.phase)}:`} ${name} … Your prompt is sent when it is there.`,
    call: wake,
  };
}

function runningIn(sessions: readonly SessionInfo[] | undefined): number {
  return sessions?.filter(({ status }) => status === 'running').length ?? 0;
}
