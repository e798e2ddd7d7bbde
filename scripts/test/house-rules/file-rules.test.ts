import assert from 'node:assert/strict';
import { environmentFaults } from '../../house-rules/environment-rules.ts';
import { tellFault } from '../../house-rules/fault.ts';
import { isCompatible } from '../../house-rules/licences.ts';
import { machinePathFaults } from '../../house-rules/machine-paths.ts';
import { readSource } from '../../house-rules/source-file.ts';
import { sourceFaults } from '../../house-rules/source-rules.ts';

describe('environment rules', () => {
  it('reading process.env outside of a main file is a fault at its line', () => {
    assert.deepEqual(environmentLines('services/relay/src/app.ts', '\nconst port = process.env.PORT;'), [2]);
    assert.deepEqual(environmentLines('services/relay/src/main.ts', 'start(process.env);'), []);
  });

  it('naming a variable outside of the config file is a fault, in whichever way it is named', () => {
    const code = `env.SPECTRAL_CONFIG_DIR; env['ANTHROPIC_API_KEY'];\nconst { DATABASE_URL } = env;`;

    assert.deepEqual([...new Set(environmentLines('agent/src/serve.ts', code))], [1, 2]);
    assert.deepEqual(environmentLines('agent/src/settings/env.ts', code), []);
    assert.deepEqual(environmentLines('services/gateway/src/config.ts', code), []);
  });

  it('a message to a person may speak of a variable', () => {
    assert.deepEqual(
      environmentLines('agent/src/serve.ts', `fail('Set SPECTRAL_CONFIG_DIR to another folder.');`),
      [],
    );
  });
});

describe('source rules', () => {
  it('module-level state is a fault, state inside a function is not', () => {
    assert.deepEqual(
      sourceLines('let count = 0;\nexport let total = 0;\nconst f = () => { let inner = 0; };'),
      [1, 2],
    );
  });

  it('what blinds the type checker is a fault', () => {
    const code = `const a = b as any;\nconst c = d as unknown as E;\n// @ts-ignore\nconst f = g as H;`;

    assert.deepEqual(sourceLines(code), [1, 2, 3]);
  });

  it('a file of 301 lines is a fault that says how to help, one of 300 is not', () => {
    const [fault] = sourceFaults([readSource('agent/src/a.ts', 'f();\n'.repeat(301))]);

    assert.equal(
      fault && tellFault(fault),
      'agent/src/a.ts has 301 lines, more than 300; split it by subject',
    );
    assert.deepEqual(sourceFaults([readSource('agent/src/a.ts', 'f();\n'.repeat(300))]), []);
  });

  it('a file that does not parse is refused by name', () => {
    assert.throws(() => readSource('agent/src/a.ts', 'const = ;'), /agent\/src\/a\.ts does not parse/);
  });
});

describe('machine paths', () => {
  it('the checkout or a private registry in a committed file is a fault', () => {
    const files = [
      { path: 'README.md', text: 'fine\nsee /srv/checkout/docs\n' },
      {
        path: 'package-lock.json',
        text: '"resolved": "https://registry.npmjs.org/a.tgz"\n"resolved": "http://localhost/b.tgz"',
      },
    ];

    const faults = machinePathFaults(files, ['/srv/checkout']);

    assert.deepEqual(
      faults.map(({ path, line }) => ({ path, line })),
      [
        { path: 'README.md', line: 2 },
        { path: 'package-lock.json', line: 2 },
      ],
    );
  });
});

describe('licences', () => {
  it('one compatible choice is enough, and all parts of a choice must be compatible', () => {
    assert.deepEqual(['MIT', '(GPL-3.0 OR MIT)', 'MIT AND ISC'].map(isCompatible), [true, true, true]);
    assert.deepEqual(['GPL-3.0', 'MIT AND GPL-3.0', 'SEE LICENSE IN x', ''].map(isCompatible), [
      false,
      false,
      false,
      false,
    ]);
  });
});

function environmentLines(path: string, code: string): (number | undefined)[] {
  return environmentFaults([readSource(path, code)]).map((fault) => fault.line);
}

function sourceLines(code: string): (number | undefined)[] {
  return sourceFaults([readSource('agent/src/a.ts', code)]).map((fault) => fault.line);
}
