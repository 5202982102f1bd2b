// The configuration file the system runs with. The quick start's own names the default ports; where they are moved, a
// copy with the right ones lies in SECROUTER_HOME.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PORT_TABLE, type Ports } from '../ports.ts';
import type { SystemSettings } from './read-settings.ts';

/** The absolute path of the file to use. */
export function configFileFor(settings: SystemSettings): string {
  if (!settings.isQuickStartConfig) return settings.configFile;
  const original = readFileSync(settings.configFile, 'utf8');
  const moved = moveLoopbackPorts(original, settings.ports);
  if (moved === original) return settings.configFile;
  const copy = join(settings.home, 'secrouter.config.json');
  writeFileSync(copy, moved);
  return copy;
}

/** Replaces every default port after a loopback host by the listener's actual one. */
export function moveLoopbackPorts(text: string, ports: Ports): string {
  const moves = new Map(PORT_TABLE.map(({ listener, defaultPort }) => [String(defaultPort), String(ports[listener])]));
  return text.replace(/(127\.0\.0\.1|localhost):(\d{1,5})\b/g, (match, host: string, port: string) => {
    const target = moves.get(port);
    return target === undefined ? match : `${host}:${target}`;
  });
}
