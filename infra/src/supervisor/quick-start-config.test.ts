// The quick start's configuration follows moved ports.
import { describe, expect, it } from 'vitest';
import { readPorts } from '../ports.ts';
import { moveLoopbackPorts } from './quick-start-config.ts';

describe('the configuration of the quick start', () => {
  it('names the ports that are in use, swapped ones too, and nothing else changes', () => {
    const reading = readPorts({ SECROUTER_IDP_PORT: '18802', SECROUTER_MODEL_PROVIDER_PORT: '18801' });
    if ('problems' in reading) throw new Error(reading.problems.join());

    const moved = moveLoopbackPorts(
      'http://127.0.0.1:18801 http://localhost:18802/v1 http://h:18801 18801',
      reading.ports,
    );

    expect(moved).toBe('http://127.0.0.1:18802 http://localhost:18801/v1 http://h:18801 18801');
  });
});
