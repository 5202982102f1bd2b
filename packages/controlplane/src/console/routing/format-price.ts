// A price as it is written in price lists.
import { formatLimitDollars } from '../format.ts';

/** One dollar per million tokens. */
const PICO_USD_PER_USD_PER_MILLION = 1_000_000;

/** Dollars per million tokens; a dash without a price. */
export function formatPrice(picoUsdPerToken: number | undefined): string {
  return picoUsdPerToken === undefined ? '–' : formatLimitDollars(picoUsdPerToken / PICO_USD_PER_USD_PER_MILLION);
}
