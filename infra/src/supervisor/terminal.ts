// What the person at the terminal sees: progress with the seconds since the start, warnings, the final addresses.

export interface Terminal {
  /** A line of progress. */
  say(line: string): void;
  /** A warning or error of a child. */
  relay(name: string, line: string): void;
  /** Text as it is. */
  print(text: string): void;
}

/** Writes to standard output, and to standard error what is wrong. */
export function openTerminal(startedAtMs: number = Date.now()): Terminal {
  const seconds = () => ((Date.now() - startedAtMs) / 1000).toFixed(1).padStart(6);
  return {
    say: (line) => process.stdout.write(`[${seconds()} s] ${line}\n`),
    relay: (name, line) => process.stderr.write(`${name} | ${line}\n`),
    print: (text) => process.stdout.write(`${text}\n`),
  };
}
