import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { PHONE, WIDE } from '../support/browser.ts';
import { pageSuite } from '../support/page-suite.ts';
import { endlessTurn } from '../support/scripts.ts';
import { stage } from '../support/showcase.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

/** Rule and place of everything axe objects to. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate<Violation[]>('axe.run(document).then((result) => result.violations)');
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  );
}

interface Screen {
  readonly name: string;
  readonly path: string;
  readonly signedOut?: boolean;
  /** Brings the screen into the state to look at. */
  readonly reach: (page: Page) => Promise<unknown>;
}

const heading = (name: string | RegExp) => (page: Page) =>
  page.getByRole('heading', { name }).first().waitFor();

function screens(machine: string, project: string, session: string): readonly Screen[] {
  const open = `/m/${machine}/s/${session}`;
  const conversation = (page: Page) => page.locator('.row-footer').waitFor();
  const composer = (page: Page) => page.getByRole('textbox', { name: 'Prompt for the agent' });
  return [
    { name: 'login', path: '/login', signedOut: true, reach: heading('Log in') },
    { name: 'invitation', path: '/invite/welcome', signedOut: true, reach: heading(/Join/) },
    {
      name: 'cli login',
      path: '/cli-auth?port=1&state=0123456789abcdef&challenge=x&host=h',
      reach: heading(/Let this/),
    },
    { name: 'device login', path: '/cli-auth', reach: heading(/Let a/) },
    { name: 'machines', path: '/', reach: heading('Machines') },
    {
      name: 'adding a machine',
      path: '/',
      reach: (page) => page.getByRole('button', { name: 'Add a machine' }).click(),
    },
    {
      name: 'revoking',
      path: '/',
      reach: async (page) => {
        await page.getByRole('button', { name: 'Actions for staging-01' }).click();
        await page.getByRole('menuitem').click();
        await page.getByRole('dialog').waitFor();
      },
    },
    {
      name: 'machine',
      path: `/m/${machine}`,
      reach: (page) => page.locator('.rail-session').first().waitFor(),
    },
    { name: 'project', path: `/m/${machine}/p/${project}`, reach: heading('relay') },
    { name: 'conversation', path: open, reach: conversation },
    {
      name: 'conversation, top, unfolded',
      path: open,
      reach: async (page) => {
        await conversation(page);
        await page.locator('.conversation-scroll').evaluate((list) => list.scrollTo(0, 0));
        await page.getByRole('button', { name: /^Thought/ }).click();
        await page.getByRole('button', { name: /Read 2 files/ }).click();
      },
    },
    {
      name: 'running turn with a queue',
      path: open,
      reach: async (page) => {
        await conversation(page);
        await composer(page).fill('Go');
        await composer(page).press('Enter');
        await page.locator('.tool-spinner').waitFor();
        await composer(page).fill('Then this');
        await composer(page).press('Enter');
        await page.locator('.queue li').first().waitFor();
      },
    },
    {
      name: 'session menu',
      path: open,
      reach: (page) => page.getByRole('button', { name: 'Actions for this session' }).click(),
    },
    { name: 'models', path: open, reach: (page) => page.getByRole('button', { name: /^Model/ }).click() },
    { name: 'loop mode', path: open, reach: (page) => page.getByTitle('Loop mode').click() },
    {
      name: 'palette',
      path: open,
      reach: async (page) => {
        await conversation(page);
        await page.keyboard.press('Control+k');
        await page.getByRole('option').first().waitFor();
      },
    },
    {
      name: 'shortcuts',
      path: '/',
      reach: async (page) => {
        await heading('Machines')(page);
        await page.keyboard.press('?');
        await page.getByRole('dialog').waitFor();
      },
    },
    { name: 'profile', path: '/settings/profile', reach: heading('Profile') },
    {
      name: 'team',
      path: '/settings/teams',
      reach: (page) => page.getByText('Lin Wei', { exact: true }).waitFor(),
    },
    {
      name: 'keys',
      path: '/settings/keys',
      reach: (page) => page.getByText('CI machines', { exact: true }).waitFor(),
    },
    {
      name: 'model settings',
      path: '/settings/models',
      reach: (page) => page.getByText('Claude Haiku 4.5', { exact: true }).waitFor(),
    },
    { name: 'usage', path: '/settings/usage', reach: heading('By model') },
    { name: 'nowhere', path: '/nowhere', reach: heading(/Nothing lives/) },
  ];
}

describe('accessibility', function () {
  this.timeout(120_000);
  const suite = pageSuite();

  for (const [size, viewport] of [
    ['wide', WIDE],
    ['phone', PHONE],
  ] as const) {
    for (const scheme of ['light', 'dark'] as const) {
      it(`axe finds nothing on any screen, ${size}, ${scheme}`, async () => {
        const { machine, gateway } = suite.backend;
        const { projectId, sessionId } = stage(machine);
        machine.script = () => endlessTurn;
        const { page } = await suite.open('/login', { viewport, scheme, bypassCSP: true });
        // Colours on their way from one to another are no colours of the design.
        await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: scheme });
        const found: string[] = [];

        for (const screen of screens(machine.id, projectId, sessionId)) {
          if (size === 'phone' && screen.name === 'machine') continue;
          gateway.signedIn = screen.signedOut !== true;
          await page.goto(suite.backend.url + screen.path);
          await screen.reach(page);
          await page.waitForTimeout(60);
          found.push(...(await violations(page)).map((violation) => `${screen.name}: ${violation}`));
          machine.stop();
        }

        assert.deepEqual(found, []);
      });
    }
  }
});
