import assert from 'node:assert/strict';
import { LOGIN_CODE, PASSWORD } from '../support/fake-gateway.ts';
import { pageSuite } from '../support/page-suite.ts';

describe('login', function () {
  this.timeout(60_000);
  const suite = pageSuite();
  beforeEach(() => {
    suite.backend.gateway.signedIn = false;
  });

  it('a wrong password is told, a right one leads to where one wanted to go', async () => {
    const { page } = await suite.open('/settings/keys');
    await page.getByLabel('Email').fill('ada@example.com');
    await page.getByLabel('Password').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Email or password is wrong').waitFor();

    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: 'Team keys' }).waitFor();
  });

  it('a one-time link signs in; a used one says what to do', async () => {
    const { page } = await suite.open(`/login?code=${LOGIN_CODE}`);
    await page.getByRole('heading', { name: 'Machines' }).waitFor();
    assert.ok(!page.url().includes('code'), 'the code must leave the address');

    await page.goto(`${suite.backend.url}/login?code=old`);
    await page.getByText('This login link was used already').waitFor();
  });

  it('an invitation makes an account', async () => {
    const { page } = await suite.open('/invite/welcome');
    await page.getByLabel('Your name').fill('Sam');
    await page.getByLabel('Email').fill('sam@example.com');
    await page.getByLabel('Password').fill('long enough words');
    await page.getByRole('button', { name: 'Create account and join' }).click();

    await page.getByRole('heading', { name: 'Machines' }).waitFor();
  });

  it('a command line is approved by name and gets its code at its loopback address', async () => {
    suite.backend.gateway.signedIn = true;
    const challenge = 'x'.repeat(43);
    const { page } = await suite.open(
      `/cli-auth?port=4999&state=0123456789abcdef&challenge=${challenge}&host=staging-01`,
    );
    await page.getByText('staging-01').waitFor();
    const answered = page.waitForRequest((request) => request.url().startsWith('http://127.0.0.1:4999/'));

    await page.getByRole('button', { name: 'Approve' }).click();

    assert.equal((await answered).url(), 'http://127.0.0.1:4999/?code=cli-code&state=0123456789abcdef');
  });

  it('a command line without a browser is approved by its code', async () => {
    suite.backend.gateway.signedIn = true;
    const { page } = await suite.open('/cli-auth');
    await page.getByLabel('Code').fill('bdwp-hqpk');
    await page.keyboard.press('Enter');

    await page.getByText('The command line is logged in').waitFor();
    assert.deepEqual(suite.backend.gateway.approvals, [{ userCode: 'BDWP-HQPK' }]);
  });

  it('logging out leads to the login page', async () => {
    suite.backend.gateway.signedIn = true;
    const { page } = await suite.open('/');
    await page.getByRole('button', { name: /account of/ }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();

    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    assert.equal(suite.backend.gateway.signedIn, false);
  });
});
