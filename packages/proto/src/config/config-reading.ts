// What one reading of a configuration collects: all problems and warnings, each with its path.
import type { ConfigProblem, ConfigWarning } from './config-types.ts';
import { formatPath, type PathStep } from './field-path.ts';

/** The collector of one reading. Nothing throws: everything that is wrong is said at once. */
export class ConfigReading {
  readonly problems: ConfigProblem[] = [];
  readonly warnings: ConfigWarning[] = [];

  /** The document's root. `text` is the source that the nodes' offsets point into. */
  root(text: string): Place {
    return new Place(this, text, []);
  }
}

/** A position in a document, with where to report. */
export class Place {
  readonly reading: ConfigReading;
  readonly text: string;
  readonly steps: readonly PathStep[];

  constructor(reading: ConfigReading, text: string, steps: readonly PathStep[]) {
    this.reading = reading;
    this.text = text;
    this.steps = steps;
  }

  /** The position one step or several further down. */
  at(...steps: readonly PathStep[]): Place {
    return new Place(this.reading, this.text, [...this.steps, ...steps]);
  }

  get path(): string {
    return formatPath(this.steps);
  }

  /** Reports a problem here; returns undefined so that a reader can end with it. */
  refuse(message: string): undefined {
    this.reading.problems.push({ path: this.path, message });
    return undefined;
  }

  /** Something legal that will surprise. */
  advise(message: string): void {
    this.reading.warnings.push({ path: this.path, message, kind: 'advice' });
  }

  /** An accepted field that has another home now, or no effect yet. */
  replace(message: string): void {
    this.reading.warnings.push({ path: this.path, message, kind: 'replaced' });
  }
}
