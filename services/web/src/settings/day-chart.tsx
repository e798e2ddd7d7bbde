// Cost by day as bars; the same numbers as a list for screen readers.
import type { UsageReport } from '@spectral/proto/wire';
import { costText, dateText } from '../design/amounts.ts';

const WIDTH = 720;
const HEIGHT = 132;
const GAP = 3;

export function DayChart({ days }: { days: UsageReport['byDay'] }) {
  const most = Math.max(...days.map(({ cost }) => cost), 0.01);
  const step = WIDTH / Math.max(1, days.length);
  return (
    <figure className="day-chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {days.map(({ day, cost }, index) => {
          const height = Math.max(1.5, (cost / most) * (HEIGHT - 4));
          return (
            <rect
              key={day}
              x={index * step + GAP / 2}
              y={HEIGHT - height}
              width={Math.max(1, step - GAP)}
              height={height}
              rx="2"
            >
              <title>{`${dateText(Date.parse(day))}: ${costText(cost)}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption className="numbers">
        <span>{days[0] && dateText(Date.parse(days[0].day))}</span>
        <span>at most {costText(most)} a day</span>
        <span>{days.at(-1) && dateText(Date.parse(days.at(-1)?.day ?? ''))}</span>
      </figcaption>
      <ul className="visually-hidden">
        {days.map(({ day, cost }) => (
          <li key={day}>{`${dateText(Date.parse(day))}: ${costText(cost)}`}</li>
        ))}
      </ul>
    </figure>
  );
}
