// Takes the signature off a message: what follows the closing formula of a letter, or the mail convention's line of two
// hyphens, near the end.
import { isLetter } from './letters.ts';
import type { Block } from './read-blocks.ts';
import { asksQuestion, endsSentence } from './sentence-marks.ts';

const SIGNATURE_LINES = 8;
const LONGEST_CLOSING = 40;
const MOST_WORDS_BEHIND = 3; // "from all of us"
/** A name, perhaps with what its bearer does. */
const LONGEST_NAME = 60;
const MOST_WORDS_OF_NAME = 5;

const CLOSINGS = [
  'best regards',
  'kind regards',
  'regards',
  'best wishes',
  'sincerely',
  'yours',
  'many thanks',
  'cheers',
  'sent from my',
  'get outlook for',
  'mit freundlichen',
  'gesendet von',
  'freundliche grüße',
  'viele grüße',
  'beste grüße',
  'liebe grüße',
  'gruß',
  'cordialement',
  'envoyé de mon',
  'bien à vous',
  'sincères salutations',
  'saludos',
  'enviado desde mi',
  'enviado do meu',
  'atentamente',
  'un saludo',
  'atenciosamente',
  'cumprimentos',
  'abraços',
  'cordiali saluti',
  'inviato da',
  'distinti saluti',
  'met vriendelijke groet',
  'groeten',
  'pozdrawiam',
  'z poważaniem',
  'с уважением',
  'з повагою',
  'saygılarımla',
  'trân trọng',
  'med vänlig hälsning',
  'vänliga hälsningar',
  'med venlig hilsen',
  'venlig hilsen',
  'med vennlig hilsen',
  'vennlig hilsen',
  'ystävällisin terveisin',
  'terveisin',
  's pozdravem',
  's úctou',
  'cu stimă',
  'cu respect',
  'üdvözlettel',
  'tisztelettel',
  'με εκτίμηση',
  'φιλικούς χαιρετισμούς',
  'με φιλικούς',
  'בברכה',
  'בכבוד רב',
  'ขอแสดงความนับถือ',
  'با احترام',
  'با تشکر',
  'শুভেচ্ছান্তে',
  'বিনীত',
  'salam hormat',
  '此致',
  '敬具',
  'よろしくお願い',
  '감사합니다',
];

/** Drops the signature from the blocks. */
export function cutSignature(text: string, blocks: Block[]): void {
  let marker = -1;
  let lineEnd = text.length;
  let followedBy = '';
  for (let lines = 0; lines < SIGNATURE_LINES && lineEnd > 0; lines += 1) {
    const newline = text.lastIndexOf('\n', lineEnd - 1);
    if (newline <= 0) break;
    const line = text.slice(newline + 1, Math.min(lineEnd, newline + 1 + LONGEST_NAME + 1)).trim();
    if (isClosing(line, followedBy) && isInProse(newline + 1, blocks)) marker = newline;
    if (line !== '') followedBy = line;
    lineEnd = newline;
  }
  if (marker === -1) return;
  while (blocks.length > 0 && (blocks.at(-1) as Block).start > marker) blocks.pop();
  const last = blocks.at(-1);
  if (last !== undefined) last.end = Math.min(last.end, marker);
}

/** Two hyphens alone, or a closing formula with a name or nothing behind it. Thanks before an ask are no closing. */
function isClosing(line: string, followedBy: string): boolean {
  if (line === '--') return true;
  if (line.length > LONGEST_CLOSING) return false;
  const small = line.toLowerCase();
  const formula = CLOSINGS.find((closing) => small.startsWith(closing));
  if (formula === undefined) return false;
  const behind = small.slice(formula.length);
  const isWhole = !(isLetter(behind.charCodeAt(0)) && behind.charCodeAt(0) < 0x80);
  return isWhole && wordsOf(behind) <= MOST_WORDS_BEHIND && isName(followedBy);
}

function isName(line: string): boolean {
  const words = wordsOf(line);
  if (line.length > LONGEST_NAME || words > MOST_WORDS_OF_NAME) return false;
  return !asksQuestion(line) && !(endsSentence(line) && (words > 2 || !line.endsWith('.')));
}

function wordsOf(text: string): number {
  return text.split(' ').filter((word) => word !== '').length;
}

/** Not in code, where two hyphens begin a comment. */
function isInProse(at: number, blocks: readonly Block[]): boolean {
  return !blocks.some(({ kind, start, end }) => (kind === 'fenced' || kind === 'code') && start <= at && at < end);
}
