// The gateway's own functions between the bytes of a body and the bytes that a provider gets, without the network.
import { readRequest, upstreamBody } from '@secrouter/dataplane';
import { quickStartConfig } from '@secrouter/infra';
import { type ModelConfig, parseConfig, type RequestLimits, RequestRefused } from '@secrouter/proto';
import type { Random } from './random.ts';

export type Sent =
  | { readonly outcome: 'refused'; readonly code: string }
  | { readonly outcome: 'sent'; readonly bytes: Uint8Array };

/** Judges and sends as a request to the quick start would be, with a cap as budgets write one. */
export class BodyPath {
  readonly #limits: RequestLimits;
  readonly #models: readonly ModelConfig[];

  constructor() {
    const text = JSON.stringify(quickStartConfig({ identityProvider: 18801, modelProvider: 18802 }));
    const parsed = parseConfig(text, { listenersOnLoopback: true });
    if (parsed.outcome !== 'parsed') throw new Error(JSON.stringify(parsed.problems));
    this.#limits = parsed.config.limits;
    this.#models = parsed.config.models.filter(({ kind }) => kind === 'chat');
  }

  /** What happens to this body. Anything but a refusal that is thrown is a finding. */
  send(random: Random, bytes: Uint8Array): Sent {
    try {
      return { outcome: 'sent', bytes: this.#send(random, bytes) };
    } catch (error) {
      if (error instanceof RequestRefused) return { outcome: 'refused', code: error.code };
      throw error;
    }
  }

  #send(random: Random, bytes: Uint8Array): Uint8Array {
    const request = readRequest('chat', bytes, this.#limits);
    if (request.endpoint !== 'chat') throw new Error('not a chat request');
    const isAuto = request.model === 'auto' || request.model === 'secrouter/auto';
    const override = isAuto ? request.override : undefined;
    if (override !== undefined && override.removal === undefined) throw new RequestRefused('empty_override');
    const granted = 1 + random.int(2_000);
    const isCapped = random.chance(50) && (request.outputCap === undefined || granted < request.outputCap.tokens);
    return upstreamBody(request, random.pick(this.#models), {
      edits: override?.removal === undefined ? [] : [override.removal],
      outputCap: isCapped ? granted : undefined,
      askForUsage: request.stream && !request.includeUsage,
      isChosenByUs: isAuto,
    }).bytes;
  }
}
