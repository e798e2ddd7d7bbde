import assert from 'node:assert/strict';
import { pageSuite } from '../support/page-suite.ts';
import { stage } from '../support/showcase.ts';

describe('machines and projects', function () {
  this.timeout(60_000);
  const suite = pageSuite();

  it('the picker shows machines by team, and follows them live', async () => {
    const { page } = await suite.open('/');
    await page.getByRole('link', { name: /staging-01.*Online/ }).waitFor();
    assert.ok(await page.getByText('Never connected').isVisible());

    suite.backend.setOnline(false);

    await page.getByRole('link', { name: /staging-01.*Offline · seen 3 h ago/ }).waitFor();
  });

  it('the first machine’s steps tick themselves off as it appears', async () => {
    const { gateway } = suite.backend;
    const all = gateway.machines;
    gateway.machines = [];
    const { page } = await suite.open('/');
    await page.getByRole('heading', { name: 'Connect your first machine' }).waitFor();
    await page.getByRole('button', { name: 'Copy command' }).last().click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'spectral serve');

    gateway.machines = all.slice(0, 1);

    await page.getByRole('link', { name: /staging-01/ }).waitFor();
  });

  it('a machine is made private with one click', async () => {
    const { page } = await suite.open('/');

    await page.getByRole('switch', { name: 'staging-01 is shared with the team' }).click();

    await page.locator('.machine', { hasText: 'staging-01' }).getByText('Private').waitFor();
    assert.equal(suite.backend.gateway.machines[0]?.visibility, 'PRIVATE');
  });

  it('revoking asks first; Escape keeps the machine', async () => {
    const { page } = await suite.open('/');
    const actions = page.getByRole('button', { name: 'Actions for staging-01' });
    await actions.click();
    await page.getByRole('menuitem', { name: /Revoke/ }).click();
    await page.getByRole('dialog', { name: 'Revoke staging-01?' }).waitFor();
    await page.keyboard.press('Escape');
    assert.equal(suite.backend.gateway.machines.length, 4);

    await actions.click();
    await page.getByRole('menuitem', { name: /Revoke/ }).click();
    await page.getByRole('button', { name: 'Revoke machine' }).click();

    await page.getByRole('link', { name: /staging-01/ }).waitFor({ state: 'detached' });
    assert.equal(suite.backend.gateway.machines.length, 3);
  });

  it('a project is created by keyboard alone, with the machine’s directories', async () => {
    const { machine } = suite.backend;
    const { page } = await suite.open(`/m/${machine.id}`);
    const field = page.getByRole('combobox', { name: 'Directory on the machine' });
    await field.fill('/home/ada/re');
    await page.getByRole('option', { name: /relay/ }).waitFor();
    await field.press('Tab');
    assert.equal(await field.inputValue(), '/home/ada/relay/');

    await field.press('Enter');

    await page.getByRole('heading', { name: 'relay' }).waitFor();
    assert.ok(page.url().includes('/p/'));
  });

  it('a directory that does not exist is said in place', async () => {
    const { machine } = suite.backend;
    const { page } = await suite.open(`/m/${machine.id}`);
    const field = page.getByRole('combobox', { name: 'Directory on the machine' });

    await field.fill('/home/ada/nowhere');
    await page.getByRole('button', { name: 'Create project' }).click();

    await page
      .getByRole('alert')
      .getByText(/no directory \/home\/ada\/nowhere/)
      .waitFor();
  });

  it('the lists follow what happens on the machine', async () => {
    const { machine } = suite.backend;
    const { projectId } = stage(machine);
    const { page } = await suite.open(`/m/${machine.id}`);
    await page.locator('.rail').getByText('Explain the drain sequence').waitFor();

    const { id } = machine.addSession(projectId, { title: 'Made elsewhere' });
    await page.locator('.rail').getByText('Made elsewhere').waitFor();
    machine.change(id, { status: 'running' });

    await page
      .locator('.rail-session', { hasText: 'Made elsewhere' })
      .getByRole('img', { name: 'Running' })
      .waitFor();
    await page.waitForFunction(() => document.title.startsWith('(2)'));
    assert.match((await page.locator('#favicon').getAttribute('href')) ?? '', /running/);
  });

  it('the search narrows the rail', async () => {
    const { machine } = suite.backend;
    stage(machine);
    const { page } = await suite.open(`/m/${machine.id}`);
    await page.locator('.rail').getByText('Dark mode for the docs').waitFor();

    await page.keyboard.press('/');
    await page.keyboard.type('drain');

    await page.locator('.rail').getByText('Dark mode for the docs').waitFor({ state: 'detached' });
    assert.equal(await page.locator('.rail-session').count(), 1);
  });

  it('another machine shows nothing of the one before', async () => {
    const { machine } = suite.backend;
    stage(machine);
    const { page } = await suite.open(`/m/${machine.id}`);
    await page.locator('.rail').getByText('Dark mode for the docs').waitFor();

    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('ada-laptop');
    await page.keyboard.press('Enter');

    await page.locator('.rail-machine').getByText('ada-laptop').waitFor();
    assert.equal(await page.getByText('Dark mode for the docs').count(), 0);
  });

  it('a session is renamed in place, forked and deleted', async () => {
    const { machine } = suite.backend;
    const { sessionId } = stage(machine);
    const { page } = await suite.open(`/m/${machine.id}/s/${sessionId}`);
    await page.getByRole('heading', { level: 1 }).getByText('Bound the per-reader window').click();
    await page.getByRole('textbox', { name: 'Title of the session' }).fill('Bounded');
    await page.keyboard.press('Enter');
    await page.locator('.rail').getByText('Bounded', { exact: true }).waitFor();

    await page.getByRole('button', { name: 'Actions for this session' }).click();
    await page.getByRole('menuitem', { name: /Fork/ }).click();
    await page.getByRole('heading', { name: 'Bounded (fork)' }).waitFor();

    await page.getByRole('button', { name: 'Actions for this session' }).click();
    await page.getByRole('menuitem', { name: /Delete/ }).click();
    await page.getByRole('button', { name: 'Delete session' }).click();
    await page.locator('.rail').getByText('Bounded (fork)').waitFor({ state: 'detached' });
  });

  it('a deep link to a session that is gone says so', async () => {
    const { machine } = suite.backend;
    const { page } = await suite.open(`/m/${machine.id}/s/11111111-2222-4333-8444-555555555555`);

    await page.getByRole('heading', { name: 'This session is not on this machine' }).waitFor();
  });
});
