// The listener with a certificate of its own: the same front behind TLS, files that change under it, client
// certificates.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { HTTP_LIMITS, type Listener, type ListenerTls, startListener } from '@secrouter/dataplane';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type IssuedCertificate, issueCertificate } from '../support/issue-certificate.ts';
import { openRawSocket, parseAnswers, RawSocket, waitFor } from '../support/raw-socket.ts';

const GET = 'GET /v1/models HTTP/1.1\r\nHost: localhost\r\n';

let directory: string;
let authority: IssuedCertificate;
let listener: Listener;
let logged: string[] = [];
let sockets: TLSSocket[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'secrouter-tls-'));
  authority = issueCertificate({ commonName: 'Test CA' });
  await writePair(issueCertificate({ commonName: 'first', issuer: authority }));
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  logged = [];
  await listener.close(0);
  await rm(directory, { recursive: true });
});

describe('TLS', () => {
  test('serves HTTP/1.1 over TLS, refusing in the same words', async () => {
    await start();
    const socket = await open();
    const raw = new RawSocket(socket);

    raw.send(`${GET}\r\n${GET}Host: other\r\n\r\n`);

    const answers = parseAnswers(await raw.closed());
    expect(answers.map((answer) => answer.status)).toEqual([200, 400]);
    expect(socket.alpnProtocol).toBe('http/1.1');
  });

  test('a refusal over TLS is heard by a client that goes on sending', async () => {
    await start();
    const raw = new RawSocket(await open());

    raw.send('POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n');
    for (let sent = 0; sent < 4_194_304; sent += 65_536) raw.sendBytes(Buffer.alloc(65_536, 0x61));

    expect(parseAnswers(await raw.closed()).map((answer) => answer.status)).toEqual([400]);
    expect(raw.failure).toBeUndefined();
  });

  test('P44 counts TLS connections against the cap', async () => {
    await start({}, 1);
    const first = new RawSocket(await open());
    first.send(`${GET}\r\n`);
    await first.until(/200 OK/);

    const second = new RawSocket(await open());

    expect(parseAnswers(await second.closed()).map((answer) => answer.status)).toEqual([503]);
  });

  test('refuses TLS 1.1', async () => {
    await start();

    await expect(open({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })).rejects.toThrow();
  });

  test('closes a connection that speaks plain HTTP', async () => {
    await start();
    const raw = await openRawSocket(listener.address.port);

    raw.send(`${GET}\r\n`);

    expect(await raw.closed()).not.toContain('200 OK');
  });

  test('takes a renewed certificate without a restart, and keeps open connections', async () => {
    await start();
    const before = await open();
    const raw = new RawSocket(before);

    await writePair(issueCertificate({ commonName: 'second', issuer: authority }));
    await waitFor(
      () => logged.includes('TLS files reloaded'),
      5_000,
      () => 'the files were not read again',
    );
    const after = await open();
    raw.send(`${GET}Connection: close\r\n\r\n`);

    expect(before.getPeerCertificate().subject.CN).toBe('first');
    expect(after.getPeerCertificate().subject.CN).toBe('second');
    expect(await raw.closed()).toContain('200 OK');
  });

  test('keeps the old pair while certificate and key do not match', async () => {
    await start();

    await writeFile(join(directory, 'key.pem'), issueCertificate({ commonName: 'other' }).keyPem);
    await waitFor(
      () => logged.length > 0,
      5_000,
      () => 'the problem was not logged',
    );
    const socket = await open();

    expect(logged).toEqual(['TLS files cannot be used; the old ones stay']);
    expect(socket.getPeerCertificate().subject.CN).toBe('first');
  });

  test('does not start with files that do not match', async () => {
    await start();
    await writeFile(join(directory, 'key.pem'), issueCertificate({ commonName: 'other' }).keyPem);

    await expect(startWith({})).rejects.toThrow();
  });

  test('asks for a client certificate of the given authority', async () => {
    const caPath = join(directory, 'ca.pem');
    await writeFile(caPath, authority.certPem);
    await start({ clientCaPath: caPath });
    const ask = async (client?: IssuedCertificate) => {
      const raw = new RawSocket(await open(client === undefined ? {} : { cert: client.certPem, key: client.keyPem }));
      raw.send(`${GET}Connection: close\r\n\r\n`);
      return await raw.closed();
    };

    const own = await ask(issueCertificate({ commonName: 'client', issuer: authority }));
    const foreign = await ask(
      issueCertificate({ commonName: 'client', issuer: issueCertificate({ commonName: 'Other CA' }) }),
    );
    const none = await ask();

    expect(own).toContain('200 OK');
    expect(foreign).toBe('');
    expect(none).toBe('');
  });
});

async function start(tls: Partial<ListenerTls> = {}, maxConnections = 100): Promise<void> {
  listener = await startWith(tls, maxConnections);
}

async function startWith(tls: Partial<ListenerTls>, maxConnections = 100): Promise<Listener> {
  const log = (message: string) => void logged.push(message);
  return await startListener({
    handler: (_request, response) => void response.end('ok'),
    host: '127.0.0.1',
    port: 0,
    tls: { certPath: join(directory, 'cert.pem'), keyPath: join(directory, 'key.pem'), ...tls },
    limits: { ...HTTP_LIMITS, maxConnections, timerStepMs: 20, lingerMs: 200, tlsReloadMs: 20 },
    log: { info: log, warn: log },
  });
}

async function writePair({ certPem, keyPem }: IssuedCertificate): Promise<void> {
  await Promise.all([writeFile(join(directory, 'cert.pem'), certPem), writeFile(join(directory, 'key.pem'), keyPem)]);
}

async function open(options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({
    port: listener.address.port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: authority.certPem,
    ALPNProtocols: ['h2', 'http/1.1'],
    ...options,
  });
  sockets.push(socket);
  await once(socket, 'secureConnect');
  return socket;
}
