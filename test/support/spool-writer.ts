// A process that opens requests durably and closes some of them until it is killed; says on standard output what was promised.
import { randomBytes } from 'node:crypto';
import { EventStream, Spool } from '@secrouter/dataplane';
import { uuidV7 } from '@secrouter/proto';
import { sampleOpenRecord, sampleUsageEvent } from './sample-events.ts';

const [, , directory = '', podStream = ''] = process.argv;
const spool = await Spool.open(directory, podStream, 64 * 1024 * 1024);
const identity = { cell: 't', podId: 'pod-1' };
const sendBatch = () => new Promise<void>(() => undefined);
const stream = new EventStream({ ...identity, podStream, spool, sendBatch, log: { warn: () => undefined } });
for (let round = 0; ; round += 1) {
  const open = sampleOpenRecord(uuidV7(Date.now(), randomBytes(10)), podStream);
  await stream.open(open, true);
  process.stdout.write(`open ${open.eventId}\n`);
  if (round % 3 !== 0) stream.appendUsage(sampleUsageEvent(open), null);
}
