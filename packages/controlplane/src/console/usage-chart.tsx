'use client';
// Spend by day, stacked by model, with the same figures as a table for those who do not see the chart.
import { BarChart } from '@mantine/charts';
import { VisuallyHidden } from '@mantine/core';
import { formatDay, formatDollars } from './format.ts';

/** Shades that stay apart on light and dark pages; the last takes all further models together. */
const SERIES_COLORS = ['indigo.6', 'teal.6', 'orange.6', 'grape.6', 'cyan.6', 'gray.6'] as const;

export interface UsageChartProps {
  /** Oldest first, one entry a day, days without spend included. */
  readonly days: readonly { readonly day: string; readonly costByModel: Readonly<Record<string, number>> }[];
  /** Largest first. */
  readonly models: readonly string[];
}

const OTHERS = 'other models';

export function UsageChart({ days, models }: UsageChartProps) {
  const shown = models.length > SERIES_COLORS.length ? models.slice(0, SERIES_COLORS.length - 1) : models;
  const names = shown.length < models.length ? [...shown, OTHERS] : shown;
  // Model ids hold dots and slashes, which the chart would read as paths: series have keys of their own.
  const series = names.map((label, index) => ({
    name: `series${index}`,
    label,
    color: SERIES_COLORS[index] ?? 'gray.6',
  }));
  const rows = days.map(({ day, costByModel }) => {
    const costs = names.map((name) => (name === OTHERS ? costOfOthers(costByModel, shown) : (costByModel[name] ?? 0)));
    return { day: formatDay(day), ...Object.fromEntries(costs.map((cost, index) => [`series${index}`, cost])) };
  });
  return (
    <figure className="chart" aria-label="Spend by day and model">
      <div aria-hidden="true">
        <BarChart
          h={280}
          data={rows}
          dataKey="day"
          type="stacked"
          series={series}
          withLegend
          legendProps={{ verticalAlign: 'bottom' }}
          valueFormatter={formatDollars}
          yAxisProps={{ width: 64 }}
          gridAxis="x"
          tickLine="none"
          maxBarWidth={28}
          barProps={{ isAnimationActive: false }}
          barChartProps={{ accessibilityLayer: false }}
        />
      </div>
      <VisuallyHidden>
        <table>
          <caption>Spend by day and model</caption>
          <thead>
            <tr>
              <th scope="col">Day</th>
              {series.map(({ name, label }) => (
                <th key={name} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.day}>
                <th scope="row">{row.day}</th>
                {series.map(({ name }) => (
                  <td key={name}>{formatDollars(Number(row[name as keyof typeof row] ?? 0))}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </figure>
  );
}

function costOfOthers(costByModel: Readonly<Record<string, number>>, shown: readonly string[]): number {
  return Object.entries(costByModel).reduce((sum, [model, cost]) => (shown.includes(model) ? sum : sum + cost), 0);
}
