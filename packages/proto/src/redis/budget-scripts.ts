// The Lua scripts of the budget counters, read once. Both planes run them: pods to admit and settle, the aggregator to
// end the leases of pods that died.
import { readFileSync } from 'node:fs';

const SCRIPT_FILES = {
  reserveBudget: 'reserve-budget',
  settleBudget: 'settle-budget',
  renewLease: 'renew-lease',
  extendBudget: 'extend-budget',
  readBudget: 'read-budget',
} as const;

export type BudgetScriptName = keyof typeof SCRIPT_FILES;

/** Source of each budget script by its command name, the shared window functions in front. */
export function loadBudgetScripts(): Readonly<Record<BudgetScriptName, string>> {
  const read = (name: string) => readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
  const shared = read('budget-window');
  const entries = Object.entries(SCRIPT_FILES).map(([name, file]) => [name, `${shared}\n${read(file)}`]);
  return Object.fromEntries(entries) as Record<BudgetScriptName, string>;
}
