// A free TCP port on the loopback address, chosen by the system.
import { createServer } from 'node:net';

/** A port nobody listens on now; somebody else may take it before the caller does, so a caller retries with another. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no TCP address'));
        else resolve(address.port);
      });
    });
  });
}
