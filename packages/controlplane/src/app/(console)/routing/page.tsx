// Routing: which model serves which tier, and what it costs.
import { Badge, Code, Group, Stack, Text } from '@mantine/core';
import { type EffectiveConfig, type ModelConfig, TIERS, type Tier, type TierRoute } from '@secrouter/proto';
import type { Metadata } from 'next';
import { consolePage } from '../../../console/console-page.tsx';
import { type Column, DataTable } from '../../../console/data-table.tsx';
import { formatCompact } from '../../../console/format.ts';
import { PageHeader } from '../../../console/page-header.tsx';
import { Panel } from '../../../console/panel.tsx';
import { formatPrice } from '../../../console/routing/format-price.ts';
import { TryPrompt } from '../../../console/routing/try-prompt.tsx';

export const metadata: Metadata = { title: 'Routing' };

const TIER_COLUMNS: readonly Column[] = [
  { key: 'tier', label: 'Tier' },
  { key: 'primary', label: 'Model' },
  { key: 'input', label: 'Input, 1M tokens', isNumber: true },
  { key: 'output', label: 'Output, 1M tokens', isNumber: true },
  { key: 'fallback', label: 'Then' },
];
const MODEL_COLUMNS: readonly Column[] = [
  { key: 'model', label: 'Model' },
  { key: 'kind', label: 'Kind' },
  { key: 'input', label: 'Input, 1M tokens', isNumber: true },
  { key: 'cached', label: 'Cached input', isNumber: true },
  { key: 'output', label: 'Output, 1M tokens', isNumber: true },
  { key: 'context', label: 'Context', isNumber: true },
  { key: 'source', label: 'Price from' },
];

export default function RoutingPage() {
  return consolePage('routing', async ({ config, session }) => (
    <>
      <PageHeader
        title="Routing"
        lead="Where auto goes. Prices and models are managed in the configuration file; a tier can be overridden through the admin API."
      />
      <Stack gap="lg">
        <Panel title="Tiers" isFlush>
          <TierTable caption="Model of each tier" tiers={config.tiers} config={config} />
        </Panel>
        {config.agenticTiers === undefined ? null : (
          <Panel
            title="Tiers of agentic work"
            lead="Used when a request carries tools or reads like agentic work"
            isFlush
          >
            <TierTable caption="Model of each tier for agentic work" tiers={config.agenticTiers} config={config} />
          </Panel>
        )}
        <Panel title="Try a prompt" lead="Which tier and model it would get, and why. Nothing is sent to a model.">
          <TryPrompt
            csrfToken={session.csrfToken}
            groups={Object.keys(config.security.policy.groups)}
            principal={session.principal}
            ownGroups={session.groups}
          />
        </Panel>
        <Panel title="Models" isFlush>
          <DataTable
            caption="Known models with their prices"
            columns={MODEL_COLUMNS}
            rows={config.models.map(modelRow)}
            minWidth={760}
          />
        </Panel>
      </Stack>
    </>
  ));
}

interface TierTableProps {
  readonly caption: string;
  readonly tiers: Readonly<Partial<Record<Tier, TierRoute>>>;
  readonly config: EffectiveConfig;
}

function TierTable({ caption, tiers, config }: TierTableProps) {
  const rows = TIERS.flatMap((tier) => {
    const route = tiers[tier];
    if (route === undefined) return [];
    const price = config.models.find(({ id }) => id === route.primary)?.price;
    return [
      {
        key: tier,
        cells: {
          tier: (
            <Badge variant="default" radius="sm" miw="max-content">
              {tier}
            </Badge>
          ),
          primary: <Code className="mono">{route.primary}</Code>,
          input: formatPrice(price?.inputPicoUsd),
          output: formatPrice(price?.outputPicoUsd),
          fallback: <Fallbacks ids={route.fallback} />,
        },
      },
    ];
  });
  return <DataTable caption={caption} columns={TIER_COLUMNS} rows={rows} minWidth={700} />;
}

function Fallbacks({ ids }: { readonly ids: readonly string[] }) {
  if (ids.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        nothing else
      </Text>
    );
  }
  return (
    <Group gap={6}>
      {ids.map((id) => (
        <Code key={id} className="mono">
          {id}
        </Code>
      ))}
    </Group>
  );
}

function modelRow(model: ModelConfig) {
  const { id, displayName, kind, price, contextWindow, source } = model;
  return {
    key: id,
    cells: {
      model: (
        <>
          <Code className="mono">{id}</Code>
          {displayName === id ? null : (
            <Text size="xs" c="dimmed">
              {displayName}
            </Text>
          )}
        </>
      ),
      kind,
      input: formatPrice(price?.inputPicoUsd),
      cached: formatPrice(price?.cachedInputPicoUsd),
      output: formatPrice(price?.outputPicoUsd),
      context: contextWindow === undefined ? '–' : formatCompact(contextWindow),
      source: price === undefined ? 'no price' : source,
    },
  };
}
