// The page's addresses and what they show.
import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { Waiting } from '../design/empty.tsx';
import { Keyboard } from '../keyboard/keyboard.tsx';
import { LoginPage } from '../login/login-page.tsx';
import { MachinePicker } from '../machines/machine-picker.tsx';
import { MachinePage } from './machine-page.tsx';
import { GlobalCommands } from './global-commands.tsx';
import { NotFound } from './not-found.tsx';
import { SignedIn } from './signed-in.tsx';
import { ServicesProvider, type Services } from './services.ts';

const SettingsPage = lazy(async () => ({
  default: (await import('../settings/settings-page.tsx')).SettingsPage,
}));
const InvitePage = lazy(async () => ({ default: (await import('../login/invite-page.tsx')).InvitePage }));
const CliAuthPage = lazy(async () => ({ default: (await import('../login/cli-auth-page.tsx')).CliAuthPage }));

export function App({ services }: { services: Services }) {
  return (
    <ServicesProvider value={services}>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <Suspense fallback={<Waiting what="Loading" />}>
        <Switch>
          <Route path="/login">
            <LoginPage />
          </Route>
          <Route path="/invite/:code">{({ code }) => <InvitePage code={code} />}</Route>
          <Route>
            <SignedIn>
              <SignedInRoutes />
            </SignedIn>
          </Route>
        </Switch>
      </Suspense>
    </ServicesProvider>
  );
}

function SignedInRoutes() {
  return (
    <>
      <Switch>
        <Route path="/">
          <MachinePicker />
        </Route>
        <Route path="/settings/:section?">
          {({ section }) => <SettingsPage section={section ?? 'profile'} />}
        </Route>
        <Route path="/cli-auth">
          <CliAuthPage />
        </Route>
        <Route path="/m/:machine/*?">
          {({ machine }) => <MachinePage key={machine} machineId={machine} />}
        </Route>
        <Route>
          <NotFound />
        </Route>
      </Switch>
      <GlobalCommands />
      <Keyboard />
    </>
  );
}
