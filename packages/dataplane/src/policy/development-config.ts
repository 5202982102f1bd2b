// What `security.enabled: false` means on a developer's own machine: everybody is the developer, who may use every model
// of every provider in the file. The control plane accepts it only with every listener on loopback, and pods say it
// aloud; outbound connections still go to the providers' own hosts alone.
import { type EffectiveConfig, type EgressRule, type ProviderConfig, TIERS } from '@secrouter/proto';

/** The configuration as it is, or opened where security is switched off. */
export function developmentConfig(config: EffectiveConfig): EffectiveConfig {
  const { security } = config;
  if (security.enabled) return config;
  const { levels } = security.classification;
  const highest = levels.at(-1);
  return {
    ...config,
    security: {
      ...security,
      policy: {
        default: { allowedTiers: TIERS, ...(highest === undefined ? {} : { maxClassification: highest }) },
        groups: {},
        users: {},
      },
      egress: {
        allowlist: Object.entries(config.providers).map(([name, provider]) => ownHosts(name, provider, levels)),
      },
    },
  };
}

function ownHosts(name: string, { baseUrls }: ProviderConfig, levels: readonly string[]): EgressRule {
  const hosts = baseUrls.map((url) => new URL(url));
  return {
    provider: name,
    allowedHosts: hosts.map(({ host }) => host),
    allowedCidrs: [],
    authorizedClassifications: levels,
    hostedTools: false,
    remoteContent: false,
  };
}
