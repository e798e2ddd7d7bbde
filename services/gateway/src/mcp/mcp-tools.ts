/** The tools of `/mcp`: what an agent may want to know of its team. They read, and change nothing. */
import { fromJsonSchema, McpServer, type CallToolResult } from '@modelcontextprotocol/server';
import type { Machine, Model, UsageReport } from '@spectral/proto/wire';
import manifest from '../../package.json' with { type: 'json' };
import { MOST_DAYS, USUAL_DAYS } from '../usage/days.ts';

export interface McpFacts {
  machines(): Promise<readonly Machine[]>;
  models(): Promise<readonly Model[]>;
  /** Of one report for each team. */
  usage(days: number): Promise<readonly UsageReport[]>;
}

const READS_ONLY = { readOnlyHint: true, openWorldHint: false };

/** A server with the tools, for one request. */
export function createMcpServer(facts: McpFacts): McpServer {
  const server = new McpServer(
    { name: 'spectral', title: 'Spectral', version: manifest.version },
    {
      instructions:
        'Facts about the team of this machine: its machines, the models it may call, what they cost.',
    },
  );

  server.registerTool(
    'list_machines',
    {
      title: 'List machines',
      description:
        'Lists the machines of the team that run the Spectral daemon: name, host, whether it is online, when it was last seen, version.',
      inputSchema: fromJsonSchema<{ onlineOnly?: boolean }>({
        type: 'object',
        properties: {
          onlineOnly: { type: 'boolean', description: 'Leave offline machines out. Default false.' },
        },
        additionalProperties: false,
      }),
      annotations: READS_ONLY,
    },
    async ({ onlineOnly = false }) => {
      const machines = await facts.machines();
      return answer(machines.filter(({ online }) => online || !onlineOnly).map(shownMachine));
    },
  );

  server.registerTool(
    'list_models',
    {
      title: 'List models',
      description:
        'Lists the models the team may call, with context window, maximum output and price in USD per million tokens (null: unknown).',
      inputSchema: fromJsonSchema<Record<string, never>>({
        type: 'object',
        properties: {},
        additionalProperties: false,
      }),
      annotations: READS_ONLY,
    },
    async () => answer((await facts.models()).map(shownModel)),
  );

  server.registerTool(
    'usage_summary',
    {
      title: 'Summarise usage',
      description:
        'Sums up model calls, tokens and cost in USD of the team, in total, by model and by machine, over the last days.',
      inputSchema: fromJsonSchema<{ days?: number }>({
        type: 'object',
        properties: {
          days: {
            type: 'integer',
            minimum: 1,
            maximum: MOST_DAYS,
            description: `Days, today included. Default ${USUAL_DAYS}.`,
          },
        },
        additionalProperties: false,
      }),
      annotations: READS_ONLY,
    },
    async ({ days = USUAL_DAYS }) =>
      answer(
        (await facts.usage(days)).map(({ since, total, byModel, byMachine }) => ({
          since,
          total,
          byModel,
          byMachine,
        })),
      ),
  );
  return server;
}

function answer(facts: readonly object[]): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(facts, null, 1) }] };
}

function shownMachine({
  id,
  name,
  hostname,
  online,
  lastSeenAt,
  version,
  visibility,
  team,
  owner,
}: Machine): object {
  return {
    id,
    name,
    hostname,
    online,
    lastSeenAt,
    version,
    visibility,
    team: team.name,
    owner: owner?.name ?? null,
  };
}

function shownModel({
  id,
  displayName,
  provider,
  contextWindow,
  maxOutput,
  reasoning,
  input,
  price,
}: Model): object {
  return { id, displayName, provider, contextWindow, maxOutput, reasoning, input, price };
}
