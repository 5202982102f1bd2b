// The unary call beside the stream: a pod reads its caller's own usage from the books. Maps domain values to the wire.
import { type handleUnaryCall, type ServiceError, status } from '@grpc/grpc-js';
import type { ReadUsageRequest__Output, ReadUsageResponse } from '@secrouter/proto';
import type { Logger } from 'pino';
import type { UsageSums } from '../db/ledger/read-usage.ts';
import type { BooksReader } from '../usage/position-barrier.ts';
import { readOwnUsage } from '../use-cases/usage/read-own-usage.ts';

const LONGEST_PRINCIPAL = 512;

/** Answers `ReadUsage` of this cell; a failing database is UNAVAILABLE, and the pod answers from Redis' counters. */
export function createReadUsageHandler(
  books: BooksReader,
  log: Logger,
): handleUnaryCall<ReadUsageRequest__Output, ReadUsageResponse> {
  return (call, answer) => {
    const { principal, cell } = call.request;
    if (cell !== books.cell) return answer(refused(status.FAILED_PRECONDITION, 'another cell'));
    if (principal === '' || principal.length > LONGEST_PRINCIPAL)
      return answer(refused(status.INVALID_ARGUMENT, 'an unusable principal'));
    return void readOwnUsage(books, principal).then(
      (usage) =>
        answer(null, {
          asOf: usage.asOf,
          complete: usage.complete,
          last_24h: toWindow(usage.last24h),
          last_30d: toWindow(usage.last30d),
          models: usage.models.map(({ model, ...sums }) => ({ model, usage: toWindow(sums) })),
        }),
      (error: unknown) => {
        log.warn({ error }, 'usage could not be read');
        answer(refused(status.UNAVAILABLE, 'the books cannot be read'));
      },
    );
  };
}

function toWindow(sums: UsageSums): NonNullable<ReadUsageResponse['last_24h']> {
  return {
    requestCount: String(sums.requestCount),
    inputTokens: String(sums.inputTokens),
    outputTokens: String(sums.outputTokens),
    totalTokens: String(sums.totalTokens),
    cachedInputTokens: String(sums.cachedInputTokens),
    costNanoUsd: String(sums.costNanoUsd),
  };
}

function refused(code: status, details: string): Partial<ServiceError> {
  return { code, details };
}
