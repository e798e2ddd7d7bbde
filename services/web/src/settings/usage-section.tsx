// What the team's calls cost: a total, day by day, by model and by machine.
import { useCallback, useState } from 'react';
import type { Team, UsageReport, UsageRow } from '@spectral/proto/wire';
import { useServices } from '../app/services.ts';
import { useRoughNow } from '../data/clock.ts';
import { costText, tokensText } from '../design/amounts.ts';
import { DayChart } from './day-chart.tsx';
import { everyDay } from './every-day.ts';
import { LoadedView, useLoaded } from './loaded.tsx';

const PERIODS = [7, 30, 90];

export function UsageSection({ team }: { team: Team }) {
  const { gateway } = useServices();
  const [days, setDays] = useState(30);
  const loaded = useLoaded(useCallback(() => gateway.usage(team.id, days), [gateway, team.id, days]));
  return (
    <>
      <div className="usage-period" role="group" aria-label="Period">
        {PERIODS.map((period) => (
          <button key={period} type="button" aria-pressed={period === days} onClick={() => setDays(period)}>
            {period} days
          </button>
        ))}
      </div>
      <LoadedView loaded={loaded} what="Adding up">
        {(report) => <Report report={report} />}
      </LoadedView>
    </>
  );
}

function Report({ report }: { report: UsageReport }) {
  const { total } = report;
  const now = useRoughNow();
  if (total.calls === 0) {
    return <p className="settings-none">No calls in this time. Usage appears here with the first prompt.</p>;
  }
  return (
    <>
      <dl className="usage-total numbers">
        <Figure
          name="Cost"
          value={costText(total.cost)}
          note={total.unpriced > 0 ? `${total.unpriced} calls of unknown price` : null}
        />
        <Figure
          name="Calls"
          value={total.calls.toLocaleString('en')}
          note={total.failed > 0 ? `${total.failed} failed` : null}
        />
        <Figure
          name="Tokens read"
          value={tokensText(readTokens(total))}
          note={`${tokensText(total.cacheReadTokens)} from cache`}
        />
        <Figure name="Tokens written" value={tokensText(total.outputTokens)} note={null} />
      </dl>
      <section className="settings-card">
        <h2>Cost by day</h2>
        <DayChart days={everyDay(report.byDay, report.since, now)} />
      </section>
      <UsageTable title="By model" rows={report.byModel.map((row) => ({ ...row, name: row.modelId }))} />
      <UsageTable
        title="By machine"
        rows={report.byMachine.map((row) => ({ ...row, name: row.machineName }))}
      />
    </>
  );
}

function Figure({ name, value, note }: { name: string; value: string; note: string | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {note && <small>{note}</small>}
      </dd>
    </div>
  );
}

function UsageTable({
  title,
  rows,
}: {
  title: string;
  rows: readonly (UsageRow & { readonly name: string })[];
}) {
  return (
    <section className="settings-card">
      <h2>{title}</h2>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="usage-scroll" tabIndex={0} role="region" aria-label={title}>
        <table className="usage-table numbers">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Calls</th>
              <th scope="col">Read</th>
              <th scope="col">Written</th>
              <th scope="col">Cost</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name}>
                <th scope="row">{row.name}</th>
                <td>{row.calls.toLocaleString('en')}</td>
                <td>{tokensText(readTokens(row))}</td>
                <td>{tokensText(row.outputTokens)}</td>
                <td>{row.unpriced === row.calls ? 'unknown' : costText(row.cost)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function readTokens({ inputTokens, cacheReadTokens, cacheWriteTokens }: UsageRow): number {
  return inputTokens + cacheReadTokens + cacheWriteTokens;
}
