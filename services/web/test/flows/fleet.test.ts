import assert from 'node:assert/strict';
import type { FleetPhase } from '@spectral/proto/wire';
import type { Page } from 'playwright-core';
import { PHONE } from '../support/browser.ts';
import { pageSuite } from '../support/page-suite.ts';

const composer = (page: Page) => page.getByRole('textbox', { name: 'Prompt for the agent' });

describe('machines of a fleet', function () {
  this.timeout(60_000);
  const suite = pageSuite();

  const stands = (phase: FleetPhase, message = '', reason = '') =>
    suite.backend.setFleet({ pool: 'builders', phase, reason, message });
  const sleeps = () => {
    suite.backend.setOnline(false);
    stands('asleep', '', 'Idle');
  };
  const arrives = () => {
    suite.backend.setOnline(true);
    stands('ready');
  };
  /** A session in a project, and its address. */
  function aSession() {
    const { machine } = suite.backend;
    const { id } = machine.addSession(machine.addProject('/home/ada/relay').id);
    return { id, path: `/m/${machine.id}/s/${id}` };
  }
  const prompts = () =>
    suite.backend.machine.requests.filter(({ path }) => path.endsWith('/prompts')).map(({ body }) => body);

  it('the picker shows pool, phase and why', async () => {
    suite.backend.setOnline(false);
    stands('pending', 'no node has room for it', 'Unschedulable');
    const { page } = await suite.open('/');
    const row = page.locator('.machine', { hasText: 'staging-01' });

    await row.getByText('pool builders').waitFor();
    await row.getByText('Waiting for a place').waitFor();
    assert.ok(await row.getByText('no node has room for it').isVisible());
    arrives();
    await row.getByText('Online', { exact: true }).waitFor();
    stands('draining', 'a newer version takes its place');
    await row.getByText(/^Draining/).waitFor();
  });

  it('looking at a machine that is asleep does not wake it; a click does', async () => {
    suite.backend.machine.addProject('/home/ada/relay');
    sleeps();
    const { page } = await suite.open(`/m/${suite.backend.machine.id}`);
    const button = page.getByRole('button', { name: 'Wake it up' });
    await button.waitFor();
    assert.deepEqual(suite.backend.gateway.wakes, []);

    await button.click();
    stands('waking');
    await page.getByRole('heading', { name: 'staging-01: waking up' }).waitFor();
    arrives();

    await page.getByRole('heading', { name: 'staging-01', exact: true }).waitFor();
    assert.deepEqual(suite.backend.gateway.wakes, [suite.backend.machine.id]);
  });

  it('on a phone the button is where the projects would be', async () => {
    sleeps();
    const { page } = await suite.open(`/m/${suite.backend.machine.id}`, { viewport: PHONE });

    await page.getByRole('button', { name: 'Wake it up' }).click();
    arrives();

    await page.getByRole('button', { name: 'Wake it up' }).waitFor({ state: 'detached' });
    assert.equal(suite.backend.gateway.wakes.length, 1);
  });

  it('a prompt wakes the machine and is sent once it is there', async () => {
    const { path } = aSession();
    const { page } = await suite.open(path);
    await page.locator('.session-head').getByText('live', { exact: true }).waitFor();
    sleeps();
    await page.getByText('staging-01 is asleep. A prompt wakes it up.').waitFor();

    await composer(page).fill('Good morning');
    await composer(page).press('Enter');
    await page.getByText(/Waking up staging-01/).waitFor();
    stands('starting');
    await page.getByText(/Starting: staging-01/).waitFor();
    assert.equal(await composer(page).inputValue(), 'Good morning', 'it is still a draft');
    assert.deepEqual(prompts(), []);
    arrives();

    await page.locator('.row-prompt').getByText('Good morning').waitFor();
    assert.equal(await composer(page).inputValue(), '');
    assert.equal(prompts().length, 1);
    assert.deepEqual(suite.backend.gateway.wakes, [suite.backend.machine.id]);
  });

  it('a prompt that waits is kept as a draft by a reload, and sent by nobody', async () => {
    const { path } = aSession();
    const { page } = await suite.open(path);
    await page.locator('.session-head').getByText('live', { exact: true }).waitFor();
    sleeps();
    await page.getByText(/A prompt wakes it up/).waitFor();
    await composer(page).fill('Not lost');
    await composer(page).press('Enter');
    await page.getByText(/Waking up staging-01/).waitFor();

    await page.reload();
    await composer(page).waitFor();
    arrives();
    await page.locator('.session-head').getByText('live', { exact: true }).waitFor();

    assert.equal(await composer(page).inputValue(), 'Not lost');
    assert.deepEqual(prompts(), []);
  });

  it('a machine that cannot wake up says why, and the draft stays', async () => {
    const { path } = aSession();
    const { page } = await suite.open(path);
    await page.locator('.session-head').getByText('live', { exact: true }).waitFor();
    sleeps();
    await page.getByText(/A prompt wakes it up/).waitFor();
    await composer(page).fill('Hello?');
    await composer(page).press('Enter');
    await page.getByText(/Waking up staging-01/).waitFor();

    stands('failed', 'Its image could not be pulled.', 'ImagePull');

    await page
      .getByRole('alert')
      .getByText(/cannot wake up. Its image could not be pulled/)
      .waitFor();
    assert.equal(await composer(page).inputValue(), 'Hello?');
  });

  it('a new session on a machine that went to sleep wakes it first', async () => {
    const { machine } = suite.backend;
    const project = machine.addProject('/home/ada/relay');
    const { page } = await suite.open(`/m/${machine.id}/p/${project.id}`);
    const start = page.getByRole('main').getByRole('button', { name: 'New session' });
    await start.waitFor();
    sleeps();
    await page.locator('.rail').getByText('asleep').waitFor();

    await start.click();
    await page.waitForFunction(() => document.querySelector('main button[aria-busy="true"]') !== null);
    arrives();

    await composer(page).waitFor();
    assert.equal(suite.backend.gateway.wakes.length, 1);
  });

  it('a machine that drains refuses a prompt in words, and the draft stays', async () => {
    const { path } = aSession();
    const { page } = await suite.open(path);
    await page.locator('.session-head').getByText('live', { exact: true }).waitFor();
    suite.backend.machine.isCordoned = true;
    stands('draining');

    await composer(page).fill('One more thing');
    await composer(page).press('Enter');

    await page
      .getByRole('alert')
      .getByText(/begins nothing new/)
      .waitFor();
    assert.equal(await composer(page).inputValue(), 'One more thing');
  });
});
