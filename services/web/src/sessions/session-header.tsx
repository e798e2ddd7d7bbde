// The head of a session: its title, which machine it is on, how fresh, what it cost, what can be done with it.
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { SessionInfo } from '@spectral/proto/wire';
import { projectPath, sessionPath } from '../app/paths.ts';
import { useServices } from '../app/services.ts';
import { messageOf } from '../data/failure.ts';
import type { SessionView } from '../data/session-room.ts';
import { costText, tokensText } from '../design/amounts.ts';
import { IconButton } from '../design/button.tsx';
import { Confirm } from '../design/confirm.tsx';
import { Icon } from '../design/icon.tsx';
import { Menu, MenuItem } from '../design/menu.tsx';
import { Notice } from '../design/notice.tsx';
import { Renamable } from '../design/renamable.tsx';
import { useCommands } from '../keyboard/commands.ts';
import { FreshnessMark } from '../machines/freshness-mark.tsx';
import { useMachine } from '../machines/machine-context.ts';
import { BackLink } from './back-link.tsx';

interface SessionHeaderProps {
  sessionId: string;
  /** Unknown until the machine's lists came. */
  info: SessionInfo | undefined;
  view: SessionView;
  projectName: string;
}

export function SessionHeader({ sessionId, info, view, projectName }: SessionHeaderProps) {
  const { commands } = useServices();
  const { room, name } = useMachine();
  const [renaming, setRenaming] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const actions = useSessionActions(sessionId, info);
  const title = view.transcript.title || info?.title || 'Session';
  const running = view.transcript.running !== null;

  useCommands(commands, [
    {
      id: 'rename',
      title: 'Rename session',
      group: 'This session',
      icon: 'pencil',
      chord: 'r',
      run: () => setRenaming(true),
    },
    { id: 'fork', title: 'Fork and compact', group: 'This session', icon: 'fork', run: actions.fork },
    { id: 'compact', title: 'Compact now', group: 'This session', icon: 'compress', run: actions.compact },
    {
      id: 'delete',
      title: 'Delete session',
      group: 'This session',
      icon: 'trash',
      run: () => setDeleting(true),
    },
  ]);

  return (
    <>
      <header className="session-head">
        <BackLink machineId={room.machineId} />
        <div className="session-title">
          <h1>
            <Renamable
              value={title}
              label="Title of the session"
              editing={renaming}
              onEditing={setRenaming}
              onRename={async (next) => void (await room.calls.changeSession(sessionId, { title: next }))}
            />
          </h1>
          <p className="session-place">
            <Link href="/" className="machine-chip" title="Choose another machine">
              <Icon name="machine" size={13} />
              <span className="truncate">{name ?? 'Machine'}</span>
            </Link>
            {info && (
              <Link href={projectPath(room.machineId, info.projectId)} className="session-project truncate">
                {projectName}
              </Link>
            )}
            <FreshnessMark channel={view.channel} />
          </p>
        </div>
        <SessionCost view={view} />
        <Menu
          label="Session"
          renderTrigger={(props) => <IconButton {...props} icon="more" label="Actions for this session" />}
        >
          {(close) => {
            const then = (action: () => void) => () => {
              close();
              action();
            };
            return (
              <>
                <MenuItem icon="pencil" onSelect={then(() => setRenaming(true))}>
                  Rename
                </MenuItem>
                <MenuItem
                  icon="fork"
                  detail="A new session with a shortened memory"
                  onSelect={then(actions.fork)}
                >
                  Fork and compact
                </MenuItem>
                <MenuItem
                  icon="compress"
                  detail="Shortens the agent’s memory here"
                  disabled={running}
                  onSelect={then(actions.compact)}
                >
                  Compact now
                </MenuItem>
                <div className="menu-line" />
                <MenuItem icon="trash" tone="bad" onSelect={then(() => setDeleting(true))}>
                  Delete session …
                </MenuItem>
              </>
            );
          }}
        </Menu>
      </header>
      {actions.failure && (
        <div className="session-failure">
          <Notice
            tone="bad"
            action={<IconButton icon="close" label="Dismiss" onClick={actions.forgetFailure} />}
          >
            {actions.failure}
          </Notice>
        </div>
      )}
      <Confirm
        open={deleting}
        title="Delete this session?"
        action="Delete session"
        onClose={() => setDeleting(false)}
        onConfirm={actions.remove}
      >
        <p>
          <strong>{title}</strong> and all of its log are removed from {name ?? 'the machine'}. Files that the
          agent changed stay as they are.
        </p>
      </Confirm>
    </>
  );
}

function SessionCost({ view }: { view: SessionView }) {
  const { totals } = view.transcript;
  if (totals.totalTokens === 0) return null;
  const unknown = totals.unpriced > 0 ? `, and ${totals.unpriced} calls of unknown price` : '';
  return (
    <span
      className="session-cost numbers"
      title={`${totals.totalTokens.toLocaleString('en')} tokens for ${costText(totals.cost)}${unknown}`}
    >
      <span>{tokensText(totals.totalTokens)} tokens</span>
      <strong>
        {totals.unpriced > 0 && totals.cost === 0 ? 'price unknown' : costText(totals.cost)}
        {totals.unpriced > 0 && totals.cost > 0 && '+'}
      </strong>
    </span>
  );
}

function useSessionActions(sessionId: string, info: SessionInfo | undefined) {
  const { room } = useMachine();
  const [, navigate] = useLocation();
  const [failure, setFailure] = useState<string | null>(null);
  const attempt = (action: Promise<unknown>) => {
    setFailure(null);
    action.catch((error: unknown) => setFailure(messageOf(error)));
  };
  const fork = async () => {
    const forked = await room.calls.fork(sessionId, {});
    navigate(sessionPath(room.machineId, forked.id));
  };
  return {
    failure,
    forgetFailure: () => setFailure(null),
    fork: () => attempt(fork()),
    compact: () => attempt(room.calls.compact(sessionId, {})),
    async remove() {
      await room.calls.deleteSession(sessionId);
      navigate(info ? projectPath(room.machineId, info.projectId) : `/m/${room.machineId}`);
    },
  };
}
