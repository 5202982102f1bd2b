// Loaded into a pod with `--import`: names of `.names.test` resolve as a file says, read anew at each look-up. So a test
// plays a name server that lies, or changes its mind, without touching the machine.
import dns, { type LookupAddress } from 'node:dns';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isIP } from 'node:net';

/** The file: `{"rebound.names.test": [["192.0.2.1"], ["127.0.0.1"]]}`, one list of addresses a look-up, the last for good. */
export const NAMES_FILE_VARIABLE = 'SECROUTER_TEST_NAMES_FILE';

const systemLookup = dns.lookup;
const asked = new Map<string, number>();

function lookup(hostname: string, options: { all?: boolean }, callback: (...results: unknown[]) => void): void {
  const answers = hostname.endsWith('.names.test') ? readNames()[hostname] : undefined;
  if (answers === undefined) {
    systemLookup(hostname, options as dns.LookupAllOptions, callback);
    return;
  }
  const turn = asked.get(hostname) ?? 0;
  asked.set(hostname, turn + 1);
  const addresses = answers[Math.min(turn, answers.length - 1)] ?? [];
  const found: LookupAddress[] = addresses.map((address) => ({ address, family: isIP(address) }));
  const [first] = found;
  if (options.all === true) queueMicrotask(() => callback(null, found));
  else queueMicrotask(() => callback(null, first?.address, first?.family));
}

function readNames(): Readonly<Record<string, readonly (readonly string[])[]>> {
  const path = process.env[NAMES_FILE_VARIABLE];
  return path === undefined ? {} : JSON.parse(readFileSync(path, 'utf8'));
}

if (process.env[NAMES_FILE_VARIABLE] !== undefined) {
  dns.lookup = lookup as typeof dns.lookup;
  syncBuiltinESMExports();
}
