// Cost by day as bars; the same numbers as a list for screen readers.
import { costText, dateText } from '../design/amounts.ts';
import type { DayCost } from './every-day.ts';

const WIDTH = 720;
const HEIGHT = 132;
const GAP = 3;

export function DayChart({ days }: { days: readonly DayCost[] }) {
  const most = Math.max(0, ...days.map(({ cost }) => cost));
  const step = WIDTH / Math.max(1, days.length);
  return (
    <figure className="day-chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {days.map(({ day, cost }, index) => {
          const height = Math.max(1.5, (cost / (most || 1)) * (HEIGHT - 4));
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
