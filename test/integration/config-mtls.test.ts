// Off loopback the policy server speaks to pods with a certificate of the fleet's CA alone.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import { createLogger, type PolicyServer, startPolicyServer } from '@secrouter/controlplane';
import { type RunningStore, startRedis } from '@secrouter/infra';
import { loadPolicyContract } from '@secrouter/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConfigWorld, openConfigWorld, startConfigStore } from './config-world.ts';

const hasOpenssl = (() => {
  try {
    return execFileSync('openssl', ['version'], { stdio: 'pipe' }).length > 0;
  } catch {
    return false;
  }
})();

describe.skipIf(!hasOpenssl)('the policy server with certificates (needs openssl)', () => {
  let postgres: RunningStore;
  let redisStore: RunningStore;
  let world: ConfigWorld;
  let server: PolicyServer;
  let folder: string;
  const file = (name: string) => join(folder, name);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'secrouter-mtls-'));
    for (const ca of ['fleet-ca', 'other-ca']) makeAuthority(ca);
    makeCertificate('server', 'fleet-ca', 'DNS:localhost,IP:127.0.0.1');
    makeCertificate('pod', 'fleet-ca', 'DNS:pod-1');
    makeCertificate('stranger', 'other-ca', 'DNS:pod-1');
    [postgres, redisStore] = await Promise.all([startConfigStore(), startRedis({ isDurable: false })]);
    world = await openConfigWorld(postgres);
    server = await startPolicyServer(
      {
        databaseUrl: world.databaseUrl,
        databaseDirectUrl: world.databaseUrl,
        redisUrl: redisStore.url,
        redisPrefix: 'secrouter',
        cell: 'main',
        configFile: world.configFile,
        signingKeyFile: world.signingKeyFile,
        bind: '127.0.0.1',
        port: 0,
        tls: { certFile: file('server.pem'), keyFile: file('server.key'), caFile: file('fleet-ca.pem') },
        logLevel: 'silent',
      },
      createLogger('test', 'silent'),
    );
  });
  afterAll(async () => {
    await server.close();
    await world.close();
    await Promise.all([postgres.close(), redisStore.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  function openssl(...words: string[]): void {
    execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
  }
  function makeAuthority(name: string): void {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];
    openssl('req', '-x509', ...key, '-out', `${name}.pem`, '-subj', `/CN=${name}`, '-days', '2');
  }
  function makeCertificate(name: string, ca: string, names: string): void {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];
    const issuer = ['-CA', `${ca}.pem`, '-CAkey', `${ca}.key`];
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`, '-days', '2'];
    openssl('req', '-x509', ...key, ...issuer, ...subject, '-out', `${name}.pem`);
  }

  /** The first revision that a stream with these credentials gets, or the gRPC code that it ends with. */
  function subscribe(channel: ChannelCredentials): Promise<{ revision: string } | { code: number }> {
    const Client = loadPolicyContract();
    const client = new Client(`localhost:${server.port}`, channel);
    const stream = client.Subscribe();
    return new Promise<{ revision: string } | { code: number }>((resolve) => {
      stream.on('data', (message) => {
        if (message.header) resolve({ revision: message.header.position?.revision ?? '' });
      });
      stream.on('error', (error: { code?: number }) => resolve({ code: error.code ?? -1 }));
      stream.write({ hello: { nodeId: 'pod-1', podVersion: '1', cell: 'main', snapshotVersions: [1] } });
    }).finally(() => {
      stream.cancel();
      client.close();
    });
  }

  const UNAVAILABLE = 14;
  const trusted = () => readFileSync(file('fleet-ca.pem'));

  it('P91 serves a pod whose certificate the fleet CA signed', async () => {
    const pod = credentials.createSsl(trusted(), readFileSync(file('pod.key')), readFileSync(file('pod.pem')));

    expect(await subscribe(pod)).toEqual({ revision: '1' });
  });

  it('P91 gives nothing to a pod without a certificate, with one of another CA, or in plaintext', async () => {
    const stranger = credentials.createSsl(
      trusted(),
      readFileSync(file('stranger.key')),
      readFileSync(file('stranger.pem')),
    );

    expect(await subscribe(credentials.createSsl(trusted()))).toEqual({ code: UNAVAILABLE });
    expect(await subscribe(stranger)).toEqual({ code: UNAVAILABLE });
    expect(await subscribe(credentials.createInsecure())).toEqual({ code: UNAVAILABLE });
  });
});
