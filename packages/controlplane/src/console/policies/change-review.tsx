'use client';
// What a change would do, before it is saved: problems, differences, whom it affects; then the reason and the save.
import { Alert, Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ChangePreview } from '../../use-cases/config/preview-change.ts';
import { CheckIcon, WarningIcon } from '../icons.tsx';
import { Panel } from '../panel.tsx';
import { type OverrideTarget, saveChange } from './override-requests.ts';
import { PreviewDetails } from './preview-details.tsx';
import type { RuleValue } from './rule-value.ts';

/** As the admin API bounds it. */
const MAX_REASON_LENGTH = 500;

export interface ChangeReviewProps {
  readonly target: OverrideTarget;
  readonly value: RuleValue | null;
  readonly preview: ChangePreview;
  readonly onSaved: (revision: number) => void;
}

export function ChangeReview({ target, value, preview, onSaved }: ChangeReviewProps) {
  const [reason, setReason] = useState('');
  const [failure, setFailure] = useState<{ readonly title: string; readonly text: string }>();
  const [isSaving, setSaving] = useState(false);
  const hasProblems = preview.problems.length > 0;

  const save = async () => {
    setSaving(true);
    const answer = await saveChange(target, value, reason.trim());
    setSaving(false);
    if (answer.outcome === 'ok') return onSaved(answer.body.revision);
    const isConflict = answer.status === 409;
    setFailure({
      title: isConflict ? 'Somebody else was faster' : 'Nothing was saved',
      text: isConflict
        ? 'The configuration changed after this page was read. Reload the page, then repeat your change.'
        : [answer.message, ...answer.problems.map(({ path, message }) => `${path}: ${message}`)].join(' '),
    });
  };

  return (
    <Panel title={value === null ? 'Preview: the override is removed' : 'Preview'} id="preview">
      <Stack gap="md">
        {hasProblems ? (
          <Alert color="red" icon={<WarningIcon />} title="This cannot be saved" role="alert">
            <ul className="problem-list">
              {preview.problems.map(({ path, message }) => (
                <li key={`${path} ${message}`}>
                  <code>{path}</code> {message}
                </li>
              ))}
            </ul>
          </Alert>
        ) : (
          <Alert color="teal" icon={<CheckIcon />} title="The whole configuration stays valid" role="status">
            Nothing has been saved yet.
          </Alert>
        )}
        <PreviewDetails preview={preview} />
        {hasProblems ? null : (
          <>
            <Textarea
              label="Reason"
              description="Kept with the change in the audit trail."
              placeholder="Why this change is made"
              required
              maxLength={MAX_REASON_LENGTH}
              autosize
              minRows={2}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            <Group>
              <Button onClick={save} loading={isSaving} disabled={reason.trim() === ''}>
                Save and push to the fleet
              </Button>
              <Text size="sm" c="dimmed">
                based on revision {target.revision}
              </Text>
            </Group>
          </>
        )}
        {failure === undefined ? null : (
          <Alert color="red" icon={<WarningIcon />} title={failure.title} role="alert">
            {failure.text}
          </Alert>
        )}
      </Stack>
    </Panel>
  );
}
