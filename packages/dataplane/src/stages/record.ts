// Stage 7 of 10. In: the reservation. Out: its open record is durable before any byte leaves. Throws 503.
import { RequestRefused } from '@secrouter/proto';
import type { EventStream } from '../events/event-stream.ts';
import type { Spool } from '../events/spool.ts';
import type { Reservation } from './admit.ts';

const AUDIT_RETRY_SECONDS = 5;

/** Refuses at once while nothing more can be recorded. */
export function requireRecordable(spool: Spool): void {
  if (spool.isFull)
    throw new RequestRefused('audit_unavailable', { retryAfterSeconds: AUDIT_RETRY_SECONDS, reason: 'spool_full' });
}

/** Makes the open record durable: Redis has it already, or the disk must have it now. */
export async function recordOpen(reservation: Reservation, stream: EventStream): Promise<void> {
  try {
    await stream.open(reservation.open, reservation.witness === 'none', reservation.openJson);
  } catch (cause) {
    throw new RequestRefused('audit_unavailable', {
      retryAfterSeconds: AUDIT_RETRY_SECONDS,
      reason: 'spool_write',
      cause,
    });
  }
}
