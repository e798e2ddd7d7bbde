import assert from 'node:assert/strict';
import { pageSuite } from '../support/page-suite.ts';
import { stage } from '../support/showcase.ts';

describe('keyboard', function () {
  this.timeout(60_000);
  const suite = pageSuite();

  async function session() {
    const { machine } = suite.backend;
    const { sessionId } = stage(machine);
    const opened = await suite.open(`/m/${machine.id}/s/${sessionId}`);
    await opened.page.locator('.row-footer').waitFor();
    return opened;
  }

  it('the palette finds a session and opens it', async () => {
    const { page } = await session();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('flaky');
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: /Flaky test/ }).waitFor();
  });

  it('plain letters are text in the composer and commands elsewhere', async () => {
    const { page } = await session();
    const heading = page.locator('.session-head h1');
    await page.getByRole('textbox', { name: 'Prompt for the agent' }).focus();
    await page.keyboard.type('jk?');
    assert.equal(await page.getByRole('textbox', { name: 'Prompt for the agent' }).inputValue(), 'jk?');

    await page.locator('.conversation-scroll').focus();
    await page.keyboard.press('j');

    await heading.getByText('Explain the drain sequence').waitFor();
  });

  it('the sheet of shortcuts opens with ? and gives the focus back', async () => {
    const { page } = await session();
    await page.locator('.conversation-scroll').focus();
    await page.keyboard.press('?');
    await page
      .getByRole('dialog', { name: 'Keyboard shortcuts' })
      .getByText('Steer the running turn')
      .waitFor();

    await page.keyboard.press('Escape');

    assert.equal(await page.evaluate(() => document.activeElement?.className), 'conversation-scroll');
  });

  it('the first Tab leads past the navigation', async () => {
    const { page } = await suite.open('/');
    await page.getByRole('heading', { name: 'Machines' }).waitFor();
    await page.keyboard.press('Tab');

    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to content');
  });

  it('arrow keys move through menus and lists', async () => {
    const { page } = await suite.open('/');
    await page.getByRole('link', { name: /staging-01/ }).focus();
    await page.keyboard.press('ArrowDown');
    assert.match((await page.evaluate(() => document.activeElement?.textContent)) ?? '', /ada-laptop/);

    await page.getByRole('button', { name: /account of/ }).press('Enter');
    await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'menuitem');
    await page.keyboard.press('ArrowDown');

    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Keyboard shortcuts');
  });

  it('a new session begins with n', async () => {
    const { page } = await session();
    await page.locator('.conversation-scroll').focus();
    await page.keyboard.press('n');

    await page.getByRole('heading', { name: 'New session' }).waitFor();
    await page.getByText('What should the agent do in relay?').waitFor();
  });
});
