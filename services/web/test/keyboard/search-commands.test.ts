import assert from 'node:assert/strict';
import type { Command } from '../../src/keyboard/commands.ts';
import { searchCommands } from '../../src/keyboard/search-commands.ts';

function command(title: string, group: string, detail = ''): Command {
  return { id: title, title, group, detail, icon: 'plus', run: () => undefined };
}

const ALL = [
  command('Light theme', 'Page'),
  command('Fix the flaky test', 'Sessions', 'relay'),
  command('Test the drain', 'Sessions', 'relay'),
  command('staging-01', 'Machines', 'online'),
  { ...command('Secret', 'Page'), hidden: true },
];

const titles = (query: string) => searchCommands(ALL, query).map(({ title }) => title);

describe('search in commands', () => {
  it('without a query all are listed, sessions before machines before the page', () => {
    assert.deepEqual(titles(''), ['Fix the flaky test', 'Test the drain', 'staging-01', 'Light theme']);
  });

  it('a title that begins with the word comes first', () => {
    assert.deepEqual(titles('test'), ['Test the drain', 'Fix the flaky test']);
  });

  it('every word must be found, in title or detail', () => {
    assert.deepEqual(titles('relay drain'), ['Test the drain']);
    assert.deepEqual(titles('relay nothing'), []);
  });
});
