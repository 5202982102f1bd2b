// A small valid configuration and helpers that change it; for the tests in this folder.
import type { ConfigProblem } from './config-types.ts';
import { type ParsedConfig, parseConfig } from './parse-config.ts';
import type { ConfigContext } from './read-config-file.ts';

export const CONTEXT: ConfigContext = { listenersOnLoopback: true };

type Plain = Record<string, unknown>;

/** A configuration with one provider, as plain JSON that a test may change. */
export function smallConfig() {
  const route = { primary: 'local/small', fallback: ['local/large'] };
  return {
    providers: { local: { baseUrl: 'http://127.0.0.1:9000/v1' } as Plain } as Record<string, Plain>,
    tiers: { SIMPLE: route, MEDIUM: route, COMPLEX: route, REASONING: route } as Plain,
    models: [
      { id: 'local/small', inputPrice: 0.5, outputPrice: '1.5' },
      { id: 'local/large', inputPrice: 2, outputPrice: 8 },
    ] as Plain[],
    security: {
      oidc: { issuer: 'https://login.example.com', audience: 'secrouter' } as Plain | Plain[],
      egress: {
        allowlist: [
          { provider: 'local', allowedHost: '127.0.0.1:9000', authorizedClassifications: ['UNCLASSIFIED'] },
        ] as Plain[],
      } as Plain,
      policy: {
        default: { allowedTiers: ['SIMPLE'] } as Plain,
        groups: { admins: { admin: true } } as Record<string, Plain>,
        users: {} as Record<string, Plain>,
      },
    } as Plain & { policy: { default: Plain; groups: Record<string, Plain>; users: Record<string, Plain> } },
  };
}

export type SmallConfig = ReturnType<typeof smallConfig>;

/** Parses the small configuration after a change. */
export function parseSmall(change: (config: SmallConfig & Plain) => void = () => {}, context: ConfigContext = CONTEXT) {
  const config: SmallConfig & Plain = smallConfig();
  change(config);
  return parseConfig(JSON.stringify(config), context);
}

/** The parsed result, or an error that lists the problems. */
export function accepted(result: ReturnType<typeof parseConfig>): ParsedConfig {
  if (result.outcome === 'parsed') return result;
  throw new Error(result.problems.map((problem) => `${problem.path}: ${problem.message}`).join('\n'));
}

/** The problems of a refused configuration; none when it was accepted. */
export function problemsOf(result: ReturnType<typeof parseConfig>): readonly ConfigProblem[] {
  return result.outcome === 'refused' ? result.problems : [];
}

/** Paths of all problems. */
export function problemPaths(result: ReturnType<typeof parseConfig>): readonly string[] {
  return problemsOf(result).map((problem) => problem.path);
}
