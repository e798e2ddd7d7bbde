import assert from 'node:assert/strict';
import { pageSuite } from '../support/page-suite.ts';

describe('settings', function () {
  this.timeout(60_000);
  const suite = pageSuite();

  it('a new team key is shown once and can be copied', async () => {
    const { page } = await suite.open('/settings/keys');
    await page.getByLabel('Name of a new key').fill('Laptops');
    await page.getByRole('button', { name: 'Create key' }).click();

    await page.getByRole('button', { name: 'Copy team key' }).click();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^sk-spectral-team-/);
    await page.reload();
    await page.getByText('Laptops').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Copy team key' }).count(), 0);
  });

  it('rotating a key asks first and shows the new secret', async () => {
    const { page } = await suite.open('/settings/keys');
    await page.getByRole('button', { name: 'Rotate' }).first().click();
    await page
      .getByRole('dialog')
      .getByText(/disconnected at once/)
      .waitFor();
    await page.getByRole('button', { name: 'Rotate key' }).click();

    await page.getByText('sk-spectral-team-Rn77').waitFor();
  });

  it('an invitation’s link is shown once', async () => {
    const { page } = await suite.open('/settings/teams');
    await page.getByRole('button', { name: 'Invite' }).click();

    await page.getByText(/\/invite\/welcome/).waitFor();
  });

  it('a model is switched off for the team', async () => {
    const { page } = await suite.open('/settings/models');
    await page.getByRole('switch', { name: 'Use Claude Haiku 4.5' }).click();

    await page.waitForFunction(() => document.querySelectorAll('[role="switch"]:checked').length === 2);
    assert.equal(suite.backend.gateway.granted.has('claude-haiku-4-5'), false);
  });

  it('the profile is changed, the password set', async () => {
    const { page } = await suite.open('/settings/profile');
    await page.getByLabel('Name').fill('Ada N.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    assert.equal(suite.backend.gateway.me.user.name, 'Ada N.');
  });

  it('members see what they may not change', async () => {
    const { page } = await suite.open('/settings/keys');
    await page.getByRole('combobox', { name: 'Team' }).selectOption({ label: 'Lab' });

    await page.getByText(/Owners and admins of the team manage its keys/).waitFor();
  });

  it('the theme is chosen by hand and kept', async () => {
    const { page } = await suite.open('/');
    await page.getByRole('button', { name: /account of/ }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await page.reload();

    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
  });
});
