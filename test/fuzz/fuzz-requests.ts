// Fuzzes the whole way of a request through a running pod to a recording provider: what arrives there is explained by
// what was judged, and by nothing else that the client said.
import { connect } from 'node:net';
import { unexplained } from './explain-body.ts';
import { caseRandom } from './random.ts';
import { type FuzzedRequest, fuzzedRequest } from './requests.ts';

export interface RequestFinding {
  readonly index: number;
  readonly problem: string;
  readonly request: string;
}

export interface RequestRun {
  readonly findings: readonly RequestFinding[];
  readonly statuses: Readonly<Record<string, number>>;
  readonly arrived: number;
}

/** What the provider received. */
export interface Arrival {
  readonly method: string;
  readonly path: string;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export interface RequestTarget {
  readonly port: number;
  /** A fresh token; asked for again before it ends. */
  readonly token: () => Promise<string>;
  readonly providerKey: string;
  /** Grows as requests arrive at the provider; this run empties it. */
  readonly arrivals: Arrival[];
}

const CONCURRENCY = 24;
const MAX_FINDINGS = 20;
/** What a client no longer waits for may still arrive; so many later cases it is remembered. */
const REMEMBERED = 2_000;
/** Far fewer than pass while a token lives. */
const RUNS_PER_TOKEN = 5_000;
const ANSWER_DEADLINE_MS = 30_000;
const OWN_HEADERS = [
  'accept',
  'authorization',
  'connection',
  'content-length',
  'content-type',
  'host',
  'transfer-encoding',
];

/** Sends cases 0 to below `runs` of a seed. */
export async function fuzzRequests(seed: number, runs: number, target: RequestTarget): Promise<RequestRun> {
  const open = new Map<string, FuzzedRequest>();
  const seen = new Set<string>();
  const findings: RequestFinding[] = [];
  const statuses: Record<string, number> = {};
  const tokens: string[] = [await target.token()];
  let next = 0;
  let arrived = 0;
  const judgeArrivals = () => {
    for (const arrival of target.arrivals.splice(0)) {
      arrived += 1;
      const problem = arrivalProblem(arrival, open, seen, tokens, target.providerKey);
      const request = arrival.body.toString('utf8').slice(0, 2_000);
      if (problem !== undefined) findings.push({ index: -1, problem, request });
    }
  };
  const work = async () => {
    while (next < runs && findings.length < MAX_FINDINGS) {
      const index = next;
      next += 1;
      if (index % RUNS_PER_TOKEN === RUNS_PER_TOKEN - 1) tokens.push(await target.token());
      const request = fuzzedRequest(caseRandom(seed, index), index, tokens.at(-1) ?? '');
      open.set(request.id, request);
      const answer = await exchange(target.port, request.bytes);
      const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 'none';
      statuses[status] = (statuses[status] ?? 0) + 1;
      const problem = answerProblem(status, answer, request, tokens, target.providerKey);
      if (problem !== undefined) findings.push({ index, problem, request: request.bytes.toString('latin1') });
      judgeArrivals();
      open.delete(`fuzz-${index - REMEMBERED}`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, () => work()));
  judgeArrivals();
  return { findings, statuses, arrived };
}

function arrivalProblem(
  arrival: Arrival,
  open: ReadonlyMap<string, FuzzedRequest>,
  seen: Set<string>,
  tokens: readonly string[],
  providerKey: string,
): string | undefined {
  if (arrival.method !== 'POST' || arrival.path !== '/v1/chat/completions') return `${arrival.method} ${arrival.path}`;
  const sent = arrival.body.toString('utf8');
  const everything = `${arrival.rawHeaders.join('\n')}\n${sent}`;
  if (tokens.some((token) => everything.includes(token))) return "the client's token";
  if (/secret-/.test(everything)) return 'a header of the client';
  const { user } = JSON.parse(sent) as { user?: string };
  const request = open.get(user ?? '');
  if (request === undefined) return `nobody's request: ${user}`;
  if (seen.has(request.id)) return `${request.id} a second time`;
  seen.add(request.id);
  const problem = unexplained(sent, request.body);
  return problem === undefined ? headerProblem(arrival, request, providerKey) : `${request.id}: ${problem}`;
}

function headerProblem({ rawHeaders }: Arrival, request: FuzzedRequest, providerKey: string): string | undefined {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    const value = rawHeaders[at + 1] ?? '';
    const isOwn = OWN_HEADERS.includes(name);
    if (!isOwn && request.forwardable[name] !== value) return `${request.id}: header ${name}: ${value}`;
    if (name === 'authorization' && value !== `Bearer ${providerKey}`) return `${request.id}: ${value}`;
    if (name === 'content-type' && value !== 'application/json') return `${request.id}: ${value}`;
    if (name === 'accept' && !['application/json', 'text/event-stream'].includes(value)) return `accept ${value}`;
  }
  return undefined;
}

function answerProblem(
  status: string,
  answer: string,
  { isTampered }: FuzzedRequest,
  tokens: readonly string[],
  providerKey: string,
): string | undefined {
  if (tokens.some((token) => answer.includes(token))) return "the answer holds the client's token";
  if (answer.includes(providerKey)) return "the answer holds the provider's key";
  if (status === 'none') return isTampered || answer === '' ? undefined : `no answer: ${answer.slice(0, 100)}`;
  return Number(status) >= 500 ? `status ${status}: ${answer.slice(-300)}` : undefined;
}

/** Sends the bytes on a connection of their own; resolves with all that came back. */
function exchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    // Bytes that promise more than they are leave the pod waiting: the client gives up, as clients do.
    const timer = setTimeout(() => socket.destroy(), ANSWER_DEADLINE_MS);
    const idle = setTimeout(() => socket.end(), IDLE_MS);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      received += text;
      idle.refresh();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(timer);
      clearTimeout(idle);
      resolve(received);
    });
  });
}

/** A whole request is answered far sooner. */
const IDLE_MS = 1_000;
