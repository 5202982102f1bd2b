// The built-in lexicons, one file per language. A list is one comma-separated string, so that it reads as a list and
// not as a column; `term*` matches word starts, `term` whole words, `!term` counts four times,
// and terms may have several words, with `;` for a comma that may be there or not.
import type { Family } from '../dimensions.ts';
import { ar } from './ar.ts';
import { bn } from './bn.ts';
import { cs } from './cs.ts';
import { da } from './da.ts';
import { de } from './de.ts';
import { el } from './el.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fa } from './fa.ts';
import { fi } from './fi.ts';
import { fr } from './fr.ts';
import { he } from './he.ts';
import { hi } from './hi.ts';
import { hu } from './hu.ts';
import { id } from './id.ts';
import { it } from './it.ts';
import { ja } from './ja.ts';
import { ko } from './ko.ts';
import { nb } from './nb.ts';
import { nl } from './nl.ts';
import { pl } from './pl.ts';
import { pt } from './pt.ts';
import { ro } from './ro.ts';
import { ru } from './ru.ts';
import { sv } from './sv.ts';
import { th } from './th.ts';
import { tr } from './tr.ts';
import { uk } from './uk.ts';
import { vi } from './vi.ts';
import { zh } from './zh.ts';

/**
 * Lists without a weight: `continue` are phrases that only say "go on"; `function` are the small words by which
 * languages of one script are told apart (absent where the script alone tells).
 */
export const AUXILIARY_GROUPS = ['continue', 'function'] as const;

/** The lists of one language, each a comma-separated string. */
export type LexiconSource = Readonly<Record<Family | 'continue', string> & Partial<Record<'function', string>>>;

/** All built-in languages by their ISO 639-1 code. */
export const defaultLexicons: Readonly<Record<string, LexiconSource>> = {
  en,
  de,
  fr,
  es,
  pt,
  it,
  nl,
  pl,
  ru,
  uk,
  zh,
  ja,
  ko,
  ar,
  hi,
  tr,
  vi,
  id,
  sv,
  da,
  nb,
  fi,
  cs,
  ro,
  hu,
  el,
  he,
  th,
  fa,
  bn,
};
