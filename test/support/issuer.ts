import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { OidcSettings } from '../../src/access/oidc.js';

export const ISSUER = 'https://login.example.test/';
export const AUDIENCE = 'connector-gateway';

/** An OIDC issuer as far as a gateway sees one: it signs tokens and shows its public keys over HTTP. */
export interface Issuer {
  readonly settings: OidcSettings;
  /** A good token of the newest key, but for what is given. `undefined` takes a claim out. */
  sign(claims: JWTPayload, options?: { readonly kid?: string }): Promise<string>;
  /** A new key signs from now on; the ones before are shown as long as `keep`. */
  rotate(keep?: boolean): Promise<void>;
  /** Of the newest key, as anybody can read it. */
  publicKey(): Promise<string>;
  /** How often its keys were read. */
  reads(): number;
  /** From now on its keys cannot be read. */
  fail(failing: boolean): void;
  close(): Promise<void>;
}

type Pair = { readonly kid: string; readonly keys: Awaited<ReturnType<typeof generateKeyPair>> };

export async function startIssuer(settings: Partial<OidcSettings> = {}): Promise<Issuer> {
  let shown: Pair[] = [];
  let made = 0;
  let reads = 0;
  let failing = false;
  const newest = () => shown.at(-1) as Pair;

  async function rotate(keep = false): Promise<void> {
    made += 1;
    const pair = { kid: `key-${made}`, keys: await generateKeyPair('ES256', { extractable: true }) };
    shown = [...(keep ? shown : []), pair];
  }

  await rotate();
  const server = createServer(async (_request, response) => {
    reads += 1;
    if (failing) return response.writeHead(503).end();
    const keys = shown.map(async ({ kid, keys }) => ({
      ...(await exportJWK(keys.publicKey)),
      kid,
      alg: 'ES256',
      use: 'sig',
    }));
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: await Promise.all(keys) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    settings: {
      issuer: ISSUER,
      audience: AUDIENCE,
      jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
      algorithms: ['ES256'],
      clockSkewSeconds: 0,
      claims: { organization: 'organization', tenant: 'tenant', role: 'role', context: 'context', name: 'name' },
      roles: { ADMINISTRATOR: 'ADMINISTRATOR', VIEWER: 'VIEWER' },
      ...settings,
    },
    async sign(claims, { kid = newest().kid } = {}) {
      const at = Math.floor(Date.now() / 1000);
      const usual = { iss: ISSUER, aud: AUDIENCE, sub: 'user-1', iat: at, exp: at + 300, role: 'ADMINISTRATOR' };
      return new SignJWT({ ...usual, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid })
        .sign(newest().keys.privateKey);
    },
    rotate,
    publicKey: () => exportSPKI(newest().keys.publicKey),
    reads: () => reads,
    fail: (now) => {
      failing = now;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
