// Build of the console. It needs no network and no database: every page is rendered per request.
import { join } from 'node:path';
import type { NextConfig } from 'next';

const WORKSPACE_ROOT = join(import.meta.dirname, '..', '..');

const config: NextConfig = {
  basePath: '/admin',
  // Workspace packages export TypeScript sources.
  transpilePackages: ['@secrouter/proto', '@secrouter/classifier'],
  outputFileTracingRoot: WORKSPACE_ROOT,
  turbopack: {
    root: WORKSPACE_ROOT,
    // The contract reads a file beside its own source as it is loaded, which a bundle does not have.
    resolveAlias: { './rpc/policy-contract.ts': './src/console/without-grpc.ts' },
  },
  // Loaded by Node itself: they read files beside their own modules or hold state that must exist once.
  serverExternalPackages: [
    '@grpc/grpc-js',
    '@grpc/proto-loader',
    '@prisma/adapter-pg',
    '@prisma/client',
    'bullmq',
    'ioredis',
    'pg',
    'pino',
    'undici',
  ],
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // The workspace's own compiler run (`tsc -b`) checks the types of these files together with all others.
  typescript: { ignoreBuildErrors: true, tsconfigPath: 'tsconfig.next.json' },
};

export default config;
