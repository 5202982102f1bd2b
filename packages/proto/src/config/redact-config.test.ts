import { describe, expect, it } from 'vitest';
import { accepted, parseSmall } from './config-samples.ts';
import { redactConfig } from './redact-config.ts';

describe('redactConfig', () => {
  it('hides header values and whatever an address could carry', () => {
    const { config } = accepted(
      parseSmall((small) => {
        Object.assign(small.providers.local ?? {}, {
          headers: { 'x-key': 'hush-1' },
          auth: { type: 'env', key: 'LOCAL_KEY' },
        });
        small.security.audit = {
          checkpoints: { sinks: [{ type: 'http', target: 'https://u:hush-2@sink.example/in?token=hush-3' }] },
        };
      }),
    );

    const shown = redactConfig(config);

    expect(JSON.stringify(config).match(/hush/g)).toHaveLength(3);
    expect(JSON.stringify(shown)).not.toContain('hush');
    expect(shown.providers.local).toMatchObject({
      headers: { 'x-key': '[redacted]' },
      auth: { type: 'env', key: 'LOCAL_KEY' },
    });
    expect(shown.security.audit.checkpoints.sinks[0]?.target).toBe('https://sink.example/in');
  });
});
