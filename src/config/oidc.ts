import type { Claims, OidcSettings } from '../access/oidc.js';
import { listOf, type Values, type Variable } from './variable.js';

/** Signatures only the issuer can make. `none`, and HS256 with its shared secret, can never be among them. */
const ALGORITHM = /^(RS|PS|ES)(256|384|512)$|^EdDSA$|^Ed25519$/;
const CLAIMS = 'organization=organization,tenant=tenant,role=role,context=context,name=name';
const ROLES = 'ADMINISTRATOR=ADMINISTRATOR,VIEWER=VIEWER';

export const OIDC_VARIABLES = [
  {
    name: 'GATEWAY_OIDC_ISSUER',
    help: 'Issuer (iss) of the tokens people sign in with, exactly as it stands in them. Absent: API keys only.',
    check: (value) => (isTrusted(value) ? null : 'must be an https:// address'),
  },
  { name: 'GATEWAY_OIDC_AUDIENCE', help: 'Audience (aud) that tokens for this gateway name. Needed with an issuer.' },
  {
    name: 'GATEWAY_OIDC_JWKS_URL',
    help: "Where the issuer's public keys are (its jwks_uri). Needed with an issuer.",
    check: (value) => (isTrusted(value) ? null : 'must be an https:// address'),
  },
  {
    name: 'GATEWAY_OIDC_ALGORITHMS',
    help: 'Signatures that are accepted, separated by commas; asymmetric ones only.',
    default: 'RS256,PS256,ES256,EdDSA',
    check: (value) =>
      listOf(value).length > 0 && listOf(value).every((one) => ALGORITHM.test(one))
        ? null
        : 'must be a list of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA',
  },
  {
    name: 'GATEWAY_OIDC_CLOCK_SKEW_SECONDS',
    help: "How far the issuer's clock may differ, 0 to 60.",
    default: '30',
    check: (value) => (/^\d{1,2}$/.test(value) && Number(value) <= 60 ? null : 'must be 0 to 60'),
  },
  {
    name: 'GATEWAY_OIDC_CLAIMS',
    help: 'Which claim says what: organization (the id of a CSP or Reseller here, or its externalId), tenant (its CSP; needed with an externalId where there are several CSPs), role, context (CSP, RESELLER or CUSTOMER), name. A claim inside another one is written with dots.',
    default: CLAIMS,
    check: (value) => {
      const pairs = pairsOf(value);
      const known = new Set(pairsOf(CLAIMS).map(([name]) => name));
      return pairs.length > 0 && pairs.every(([name, claim]) => known.has(name) && claim !== '')
        ? null
        : `must look like ${CLAIMS}`;
    },
  },
  {
    name: 'GATEWAY_OIDC_ROLES',
    help: 'Which value of the role claim gives which role: value=ADMINISTRATOR or value=VIEWER, separated by commas.',
    default: ROLES,
    check: (value) => {
      const pairs = pairsOf(value);
      return pairs.length > 0 && pairs.every(([name, role]) => name !== '' && isRole(role))
        ? null
        : `must look like ${ROLES}`;
    },
  },
] as const satisfies readonly Variable[];

/** The settings, or null when nobody signs in by tokens. Adds what is missing to the faults. */
export function oidcOf(values: Values, faults: string[]): OidcSettings | null {
  const { GATEWAY_OIDC_ISSUER: issuer, GATEWAY_OIDC_AUDIENCE: audience, GATEWAY_OIDC_JWKS_URL: jwksUrl } = values;
  const needed = { GATEWAY_OIDC_ISSUER: issuer, GATEWAY_OIDC_AUDIENCE: audience, GATEWAY_OIDC_JWKS_URL: jwksUrl };
  if (!issuer && !audience && !jwksUrl) return null;
  for (const [name, value] of Object.entries(needed)) {
    if (!value) faults.push(`${name} is needed where people sign in with tokens; see .env.example.`);
  }
  const claims = Object.fromEntries([...pairsOf(CLAIMS), ...pairsOf(values.GATEWAY_OIDC_CLAIMS ?? '')]);
  return {
    issuer: issuer ?? '',
    audience: audience ?? '',
    jwksUrl: jwksUrl ?? '',
    algorithms: listOf(values.GATEWAY_OIDC_ALGORITHMS),
    clockSkewSeconds: Number(values.GATEWAY_OIDC_CLOCK_SKEW_SECONDS),
    claims: claims as unknown as Claims,
    roles: Object.fromEntries(pairsOf(values.GATEWAY_OIDC_ROLES ?? '').filter(([, role]) => isRole(role))) as {
      [value: string]: 'ADMINISTRATOR' | 'VIEWER';
    },
  };
}

function pairsOf(text: string): (readonly [name: string, value: string])[] {
  return listOf(text).map((pair) => {
    const at = pair.lastIndexOf('=');
    return [pair.slice(0, Math.max(at, 0)).trim(), pair.slice(at + 1).trim()] as const;
  });
}

const isRole = (value: string) => value === 'ADMINISTRATOR' || value === 'VIEWER';

/** Whoever can change what is read there can sign anybody in; only this machine may be asked without TLS. */
function isTrusted(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  if (url.username !== '' || url.password !== '') return false;
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && local);
}
