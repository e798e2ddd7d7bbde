// Commands that work on every screen: machines, settings, theme, log out.
import { useLocation } from 'wouter';
import { useStore } from '../data/store.ts';
import type { Theme } from '../data/theme.ts';
import type { Command } from '../keyboard/commands.ts';
import { useCommands } from '../keyboard/commands.ts';
import { machinePath } from './paths.ts';
import { useServices } from './services.ts';
import { useLogOut } from './log-out.ts';

export function GlobalCommands() {
  const { commands, machines, theme } = useServices();
  const { machines: known } = useStore(machines);
  const [, navigate] = useLocation();
  const logOut = useLogOut();
  const go = (path: string) => () => navigate(path);
  const toTheme = (id: Theme, title: string): Command => ({
    id: `theme-${id}`,
    title,
    group: 'Page',
    icon: id === 'system' ? 'display' : id === 'light' ? 'sun' : 'moon',
    run: () => theme.set(id),
  });

  useCommands(commands, [
    ...(known ?? []).map((machine) => ({
      id: `machine-${machine.id}`,
      title: machine.name,
      detail: `${machine.online ? 'online' : 'offline'} · ${machine.team.name}`,
      group: 'Machines',
      icon: 'machine' as const,
      run: go(machinePath(machine.id)),
    })),
    { id: 'machines', title: 'All machines', group: 'Go to', icon: 'machine', run: go('/') },
    {
      id: 'settings-profile',
      title: 'Profile',
      detail: 'Settings',
      group: 'Go to',
      icon: 'person',
      run: go('/settings/profile'),
    },
    {
      id: 'settings-teams',
      title: 'Teams',
      detail: 'Settings',
      group: 'Go to',
      icon: 'people',
      run: go('/settings/teams'),
    },
    {
      id: 'settings-keys',
      title: 'Team keys',
      detail: 'Settings',
      group: 'Go to',
      icon: 'key',
      run: go('/settings/keys'),
    },
    {
      id: 'settings-models',
      title: 'Models',
      detail: 'Settings',
      group: 'Go to',
      icon: 'cube',
      run: go('/settings/models'),
    },
    {
      id: 'settings-usage',
      title: 'Usage',
      detail: 'Settings',
      group: 'Go to',
      icon: 'chart',
      run: go('/settings/usage'),
    },
    toTheme('light', 'Light theme'),
    toTheme('dark', 'Dark theme'),
    toTheme('system', 'Theme of the system'),
    { id: 'log-out', title: 'Log out', group: 'Page', icon: 'log-out', run: logOut },
  ]);
  return null;
}
