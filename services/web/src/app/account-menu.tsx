// The person's menu: settings, theme, shortcuts, log out.
import { useLocation } from 'wouter';
import { useStore } from '../data/store.ts';
import type { Theme } from '../data/theme.ts';
import type { IconName } from '../design/icon.tsx';
import { Menu, MenuItem } from '../design/menu.tsx';
import { useLogOut } from './log-out.ts';
import { useServices } from './services.ts';

const THEMES: readonly { readonly id: Theme; readonly title: string; readonly icon: IconName }[] = [
  { id: 'light', title: 'Light', icon: 'sun' },
  { id: 'dark', title: 'Dark', icon: 'moon' },
  { id: 'system', title: 'As the system', icon: 'display' },
];

export function AccountMenu() {
  const { me, theme, commands } = useServices();
  const user = useStore(me)?.user;
  const chosen = useStore(theme);
  const [, navigate] = useLocation();
  const logOut = useLogOut();
  return (
    <Menu
      label="Account"
      renderTrigger={(props) => (
        <button {...props} type="button" className="avatar" title={user?.name}>
          {initials(user?.name ?? '')}
          <span className="visually-hidden"> account of {user?.name}</span>
        </button>
      )}
    >
      {(close) => {
        const then = (action: () => void) => () => {
          close();
          action();
        };
        return (
          <>
            <div className="account-who">
              <strong className="truncate">{user?.name}</strong>
              <span className="truncate">{user?.email}</span>
            </div>
            <div className="menu-line" />
            <MenuItem icon="gear" onSelect={then(() => navigate('/settings/profile'))}>
              Settings
            </MenuItem>
            <MenuItem icon="keyboard" onSelect={then(() => commands.run('shortcuts'))}>
              Keyboard shortcuts
            </MenuItem>
            <div className="menu-line" />
            <div role="group" aria-label="Theme">
              {THEMES.map(({ id, title, icon }) => (
                <MenuItem key={id} icon={icon} checked={id === chosen} onSelect={then(() => theme.set(id))}>
                  {title}
                </MenuItem>
              ))}
            </div>
            <div className="menu-line" />
            <MenuItem icon="log-out" onSelect={then(logOut)}>
              Log out
            </MenuItem>
          </>
        );
      }}
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map(
    (word) => word?.charAt(0) ?? '',
  );
  return letters.join('').toUpperCase() || '·';
}
