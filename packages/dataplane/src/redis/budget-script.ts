// One Lua script as a command: its text is written out once per request by whoever knows its parts, most of which are
// the same for every request of a principal. ioredis would look at each argument several times.
import { createHash } from 'node:crypto';
import { Command, type Redis } from 'ioredis';

/** An argument as it travels (RESP bulk string). */
export function encoded(argument: string | number): string {
  if (typeof argument === 'number') {
    const digits = String(argument);
    return `$${digits.length}\r\n${digits}\r\n`;
  }
  return `$${Buffer.byteLength(argument)}\r\n${argument}\r\n`;
}

/** Arguments that were encoded before, with their number. */
export interface EncodedArguments {
  readonly count: number;
  readonly text: string;
}

const UTF8 = { replyEncoding: 'utf8' } as const;

class EncodedCommand extends Command {
  readonly #text: string;

  constructor(name: string, text: string) {
    super(name, [], UTF8);
    this.#text = text;
  }

  override toWritable(): string {
    return this.#text;
  }
}

/** A script of one connection: sent by its digest, by its text where Redis does not know it. */
export class BudgetScript {
  readonly #redis: Redis;
  readonly #byDigest: string;
  readonly #byText: string;

  constructor(redis: Redis, lua: string) {
    this.#redis = redis;
    const digest = createHash('sha1').update(lua).digest('hex'); // Redis' own name for a script
    this.#byDigest = `${encoded('evalsha')}${encoded(digest)}`;
    this.#byText = `${encoded('eval')}${encoded(lua)}`;
  }

  /** Runs the script on `keyCount` keys; `parts` are the keys and then the arguments. */
  run(keyCount: number, parts: EncodedArguments): Promise<unknown> {
    const rest = `${encoded(keyCount)}${parts.text}`;
    return this.#send('evalsha', this.#byDigest, parts.count, rest).catch((error: unknown) => {
      // Redis was started anew. It did not run the script, so that sending it once more cannot run it twice.
      if (!(error instanceof Error) || !error.message.includes('NOSCRIPT')) throw error;
      return this.#send('eval', this.#byText, parts.count, rest);
    });
  }

  #send(name: string, head: string, count: number, rest: string): Promise<unknown> {
    // Command and digest or text, number of keys, and what the caller has.
    const text = `*${count + 3}\r\n${head}${rest}`;
    return this.#redis.sendCommand(new EncodedCommand(name, text)) as Promise<unknown>;
  }
}
