'use client';
// The life of one edit: text, preview, save; whatever is changed afterwards has to be previewed again.
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import type { ChangePreview } from '../../use-cases/config/preview-change.ts';
import { type OverrideTarget, previewChange } from './override-requests.ts';
import type { RuleValue } from './rule-value.ts';

/** A change that has been judged and waits for its reason; null removes the override. */
export interface Review {
  readonly value: RuleValue | null;
  readonly preview: ChangePreview;
}

export interface Draft {
  readonly text: string;
  readonly review?: Review | undefined;
  readonly failure?: string | undefined;
  readonly isBusy: boolean;
  readonly savedRevision?: number | undefined;
  readonly edit: (text: string) => void;
  readonly preview: (value: RuleValue | null) => Promise<void>;
  readonly showSaved: (revision: number) => void;
}

/** Begins with `startText` and begins again with what the page holds after a save. */
export function useDraft(target: OverrideTarget, startText: string): Draft {
  const router = useRouter();
  const [text, setText] = useState(startText);
  const [review, setReview] = useState<Review>();
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const [savedRevision, setSavedRevision] = useState<number>();

  const isSavedStateShown = savedRevision !== undefined && target.revision >= savedRevision;
  useEffect(() => {
    if (isSavedStateShown) setText(startText);
  }, [isSavedStateShown, startText]);

  const edit = (changed: string) => {
    setText(changed);
    setReview(undefined);
    setFailure(undefined);
    setSavedRevision(undefined);
  };
  const preview = async (value: RuleValue | null) => {
    setBusy(true);
    const answer = await previewChange(target, value);
    setBusy(false);
    setFailure(answer.outcome === 'refused' ? answer.message : undefined);
    setReview(answer.outcome === 'refused' ? undefined : { value, preview: answer.body });
  };
  const showSaved = (revision: number) => {
    setSavedRevision(revision);
    setReview(undefined);
    router.refresh();
  };
  return { text, review, failure, isBusy, savedRevision, edit, preview, showSaved };
}
