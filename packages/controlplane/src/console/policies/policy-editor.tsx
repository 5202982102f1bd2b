'use client';
// Edit one override: structured controls and the raw JSON beside, preview, reason, save, and the push over the fleet.
import { Alert, Button, Group, JsonInput, SimpleGrid, Stack } from '@mantine/core';
import { InfoIcon } from '../icons.tsx';
import { Panel } from '../panel.tsx';
import { ChangeReview } from './change-review.tsx';
import { problemsAtRule } from './field-problems.ts';
import type { OverrideTarget } from './override-requests.ts';
import { PushProgress } from './push-progress.tsx';
import { type RuleChoices, RuleForm } from './rule-form.tsx';
import { formatRule, parseRule, type RuleValue } from './rule-value.ts';
import { useDraft } from './use-draft.ts';

export interface PolicyEditorProps {
  readonly target: OverrideTarget;
  readonly fileValue?: RuleValue;
  readonly overrideValue?: RuleValue;
  readonly choices: RuleChoices;
}

export function PolicyEditor({ target, fileValue, overrideValue, choices }: PolicyEditorProps) {
  const startText = formatRule(overrideValue ?? fileValue ?? {});
  const { text, review, failure, isBusy, savedRevision, edit, preview, showSaved } = useDraft(target, startText);
  const parsed = parseRule(text);

  return (
    <Stack gap="lg">
      <Panel
        title="Edit"
        lead="An override replaces the file's rule for this name as a whole. Nothing is saved before you have seen what it changes."
      >
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
          {parsed.outcome === 'parsed' ? (
            <RuleForm
              rule={parsed.rule}
              onChange={(rule) => edit(formatRule(rule))}
              choices={choices}
              problems={review === undefined ? [] : problemsAtRule(review.preview.problems, target.rulePath)}
            />
          ) : (
            <Alert icon={<InfoIcon />} color="yellow">
              The controls come back when the JSON is a rule again.
            </Alert>
          )}
          <JsonInput
            label="The rule as JSON"
            description="The same rule. Fields without a control are kept as they are."
            value={text}
            onChange={edit}
            error={parsed.outcome === 'refused' ? parsed.message : undefined}
            autosize
            minRows={14}
            maxRows={40}
            spellCheck={false}
            classNames={{ input: 'mono-input' }}
          />
        </SimpleGrid>
        <Group mt="lg">
          <Button
            onClick={() => parsed.outcome === 'parsed' && preview(parsed.rule)}
            disabled={parsed.outcome === 'refused' || text === startText}
            loading={isBusy}
          >
            Preview the change
          </Button>
          <Button variant="default" onClick={() => edit(startText)} disabled={text === startText}>
            Start over
          </Button>
          {overrideValue === undefined ? null : (
            <Button variant="subtle" color="red" onClick={() => preview(null)} disabled={isBusy}>
              Remove the override
            </Button>
          )}
        </Group>
        {failure === undefined ? null : (
          <Alert color="red" mt="md" role="alert" title="The preview failed">
            {failure}
          </Alert>
        )}
      </Panel>
      {review === undefined ? null : (
        <ChangeReview target={target} value={review.value} preview={review.preview} onSaved={showSaved} />
      )}
      {savedRevision === undefined ? null : <PushProgress revision={savedRevision} />}
    </Stack>
  );
}
