// Settings: a list of sections beside the chosen one.
import { Link } from 'wouter';
import { TopBar } from '../app/top-bar.tsx';
import { usePageTitle } from '../app/page-title.ts';
import type { IconName } from '../design/icon.tsx';
import { Icon } from '../design/icon.tsx';
import { KeysSection } from './keys-section.tsx';
import { ModelsSection } from './models-section.tsx';
import { ProfileSection } from './profile-section.tsx';
import { TeamSwitch, useTeam } from './team-switch.tsx';
import { TeamsSection } from './teams-section.tsx';
import { UsageSection } from './usage-section.tsx';
import './settings.css';

const SECTIONS: readonly { readonly id: string; readonly title: string; readonly icon: IconName }[] = [
  { id: 'profile', title: 'Profile', icon: 'person' },
  { id: 'teams', title: 'Team', icon: 'people' },
  { id: 'keys', title: 'Team keys', icon: 'key' },
  { id: 'models', title: 'Models', icon: 'cube' },
  { id: 'usage', title: 'Usage', icon: 'chart' },
];

export function SettingsPage({ section }: { section: string }) {
  const current = SECTIONS.find(({ id }) => id === section) ?? SECTIONS[0];
  const [team, choose] = useTeam();
  usePageTitle(current?.title ?? 'Settings');
  const ofTeam = current?.id !== 'profile';
  return (
    <div className="page">
      <TopBar />
      <div className="settings">
        <nav className="settings-nav" aria-label="Settings">
          {SECTIONS.map(({ id, title, icon }) => (
            <Link
              key={id}
              href={`/settings/${id}`}
              aria-current={id === current?.id ? 'page' : undefined}
              ref={id === current?.id ? showWhole : undefined}
            >
              <Icon name={icon} />
              {title}
            </Link>
          ))}
        </nav>
        <main id="main" className="settings-main">
          <header className="settings-head">
            <h1>{current?.title}</h1>
            {ofTeam && <TeamSwitch team={team} onTeam={choose} />}
          </header>
          {!ofTeam && <ProfileSection />}
          {ofTeam && !team && <p>You are in no team yet. Open an invitation link to join one.</p>}
          {team && current?.id === 'teams' && <TeamsSection key={team.id} team={team} />}
          {team && current?.id === 'keys' && <KeysSection key={team.id} team={team} />}
          {team && current?.id === 'models' && <ModelsSection key={team.id} team={team} />}
          {team && current?.id === 'usage' && <UsageSection key={team.id} team={team} />}
        </main>
      </div>
    </div>
  );
}

/** On a narrow screen the sections scroll sideways: the chosen one is in sight. */
function showWhole(link: HTMLAnchorElement | null): void {
  link?.scrollIntoView({ block: 'nearest', inline: 'center' });
}
