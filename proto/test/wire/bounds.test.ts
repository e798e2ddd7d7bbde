import assert from 'node:assert/strict';
import {
  acceptInvitation,
  BadInput,
  cliApproval,
  cliToken,
  login,
  MAX_LOOP_ITERATIONS,
  MAX_PROMPT_CHARS,
  newInvitation,
  newProject,
  newSession,
  newTeam,
  newUserModel,
  parse,
  profile,
  prompt,
  promptImage,
  registration,
  visibilityPatch,
} from '../../wire/index.ts';

const userModel = {
  modelId: 'deepseek/deepseek-v4-pro',
  displayName: 'DeepSeek',
  baseUrl: 'https://llm.example.com/v1',
  api: 'openai-completions',
  contextWindow: 128_000,
  maxOutput: 8_192,
};
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

describe('what people and machines send: taken', () => {
  it('a prompt of the longest text', () => {
    assert.equal(
      parse(prompt, { content: 'x'.repeat(MAX_PROMPT_CHARS) }, 'prompt').content.length,
      MAX_PROMPT_CHARS,
    );
  });

  it('a loop of too many iterations, capped', () => {
    const { loopMaxIterations } = parse(
      prompt,
      { content: '', loop: true, loopMaxIterations: 5_000 },
      'prompt',
    );

    assert.equal(loopMaxIterations, MAX_LOOP_ITERATIONS);
  });

  it('an email in any case with spaces around, as one form', () => {
    assert.equal(
      parse(login, { email: '  Ada@Example.COM ', password: 'x' }, 'login').email,
      'ada@example.com',
    );
  });

  it('a title or name without the spaces around it', () => {
    assert.equal(parse(newSession, { title: '  Fix the build ' }, 'session').title, 'Fix the build');
  });

  it('a model of the team with what it does not say filled in', () => {
    const { reasoning, input, price, compat } = parse(newUserModel, userModel, 'model');

    assert.deepEqual(
      { reasoning, input, price, compat },
      { reasoning: false, input: ['text'], price: null, compat: {} },
    );
  });
});

describe('what people and machines send: refused', () => {
  const refused = [
    ['a prompt that is too long', prompt, { content: 'x'.repeat(MAX_PROMPT_CHARS + 1) }],
    ['a prompt without text', prompt, {}],
    ['a loop of no iterations', prompt, { content: '', loopMaxIterations: 0 }],
    ['a loop of a fraction', prompt, { content: '', loopMaxIterations: 1.5 }],
    ['a prompt of unknown mode', prompt, { content: '', mode: 'shout' }],
    ['an image that may hold scripts', promptImage, { mimeType: 'image/svg+xml', data: 'AAAA' }],
    ['an empty image', promptImage, { mimeType: 'image/png', data: '' }],
    ['a project without a directory', newProject, { path: '' }],
    ['a title of spaces', newSession, { title: '   ' }],
    ['a title of 201 characters', newSession, { title: 'x'.repeat(201) }],
    ['a machine without a name', registration, { name: ' ', hostname: 'h', version: '1', pid: 1 }],
    ['a process id of 0', registration, { name: 'm', hostname: 'h', version: '1', pid: 0 }],
    ['no email', login, { email: 'ada', password: 'x' }],
    ['a password of 9 characters', profile, { password: 'x'.repeat(9) }],
    ['a password of 1,025 characters', acceptInvitation, { password: 'x'.repeat(1025) }],
    ['an invitation as owner', newInvitation, { role: 'owner' }],
    ['a team without a name', newTeam, { name: '' }],
    ['another visibility', visibilityPatch, { visibility: 'PUBLIC' }],
    ['a port beyond the last', cliApproval, { port: 65_536, state: 'x'.repeat(16), challenge }],
    [
      'a challenge that is no SHA-256',
      cliApproval,
      { port: 1, state: 'x'.repeat(16), challenge: challenge.slice(1) },
    ],
    ['a short state', cliApproval, { port: 1, state: 'x'.repeat(15), challenge }],
    ['a short verifier', cliToken, { code: 'c', verifier: 'x'.repeat(42) }],
    ['a model at no URL', newUserModel, { ...userModel, baseUrl: 'llm.example.com' }],
    ['a model of another API', newUserModel, { ...userModel, api: 'telnet' }],
    ['a model without a context', newUserModel, { ...userModel, contextWindow: 0 }],
  ] as const;
  for (const [what, schema, value] of refused) {
    it(what, () => assert.throws(() => parse(schema, value, 'body'), BadInput));
  }
});
