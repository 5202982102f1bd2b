// The listener's certificate and key, read again when the files change, so that a renewal needs no restart.
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:https';
import { createSecureContext, type SecureVersion } from 'node:tls';
import type { HttpLog } from './http-log.ts';

export interface ListenerTls {
  readonly certPath: string;
  readonly keyPath: string;
  /** TLS 1.2 where nothing is said. */
  readonly minVersion?: SecureVersion;
  readonly ciphers?: string;
  /** Where given, a client without a certificate of this CA is refused in the handshake. */
  readonly clientCaPath?: string;
}

export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
  readonly minVersion: SecureVersion;
  readonly ciphers?: string;
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
}

/** Reads the files and proves that certificate and key belong together. */
export async function readTlsMaterial(tls: ListenerTls): Promise<TlsMaterial> {
  const [cert, key, ca] = await Promise.all([
    readFile(tls.certPath),
    readFile(tls.keyPath),
    tls.clientCaPath === undefined ? undefined : readFile(tls.clientCaPath),
  ]);
  const material: TlsMaterial = {
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    minVersion: tls.minVersion ?? 'TLSv1.2',
    ...(tls.ciphers === undefined ? {} : { ciphers: tls.ciphers }),
    requestCert: ca !== undefined,
    rejectUnauthorized: true,
  };
  createSecureContext(material);
  return material;
}

/** Compares the files with what is in use and swaps the server's context when they differ. Polling, not watching:
 * Kubernetes swaps a symbolic link, and file watches miss that. */
export function reloadTls(
  server: Server,
  tls: ListenerTls,
  first: TlsMaterial,
  everyMs: number,
  log: HttpLog,
): () => void {
  let current = first;
  let lastProblem = '';
  let timer: NodeJS.Timeout | undefined;
  const check = async () => {
    try {
      const next = await readTlsMaterial(tls);
      if (!isSameMaterial(current, next)) {
        server.setSecureContext(next);
        current = next;
        log.info('TLS files reloaded', { certPath: tls.certPath });
      }
      lastProblem = '';
    } catch (error) {
      // A renewal writes two files; between them they do not match. The old pair serves on.
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== lastProblem) log.warn('TLS files cannot be used; the old ones stay', { problem });
      lastProblem = problem;
    }
    if (timer !== undefined) timer = setTimeout(check, everyMs).unref();
  };
  timer = setTimeout(check, everyMs).unref();
  return () => {
    clearTimeout(timer);
    timer = undefined;
  };
}

function isSameMaterial(left: TlsMaterial, right: TlsMaterial): boolean {
  const sameCa = left.ca === undefined || right.ca === undefined ? left.ca === right.ca : left.ca.equals(right.ca);
  return left.cert.equals(right.cert) && left.key.equals(right.key) && sameCa;
}
