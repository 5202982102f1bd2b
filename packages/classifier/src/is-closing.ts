// Recognises the closing formula of a letter, after which only a signature follows.

const LONGEST_CLOSING = 40;
const CLOSINGS = [
  '-- ',
  'best regards',
  'kind regards',
  'regards',
  'best wishes',
  'sincerely',
  'yours',
  'many thanks',
  'cheers',
  'mit freundlichen',
  'freundliche grüße',
  'viele grüße',
  'beste grüße',
  'liebe grüße',
  'gruß',
  'cordialement',
  'bien à vous',
  'sincères salutations',
  'saludos',
  'atentamente',
  'un saludo',
  'atenciosamente',
  'cumprimentos',
  'abraços',
  'cordiali saluti',
  'distinti saluti',
  'met vriendelijke groet',
  'groeten',
  'pozdrawiam',
  'z poważaniem',
  'с уважением',
  'з повагою',
  'saygılarımla',
  'trân trọng',
  'salam hormat',
  '此致',
  '敬具',
  'よろしくお願い',
  '감사합니다',
];

/** True when the line starts with a closing formula of some language. */
export function isClosing(text: string, start: number, end: number): boolean {
  if (end - start > LONGEST_CLOSING) return false;
  const line = text.slice(start, end).toLowerCase();
  return line === '--' || CLOSINGS.some((closing) => line.startsWith(closing));
}
