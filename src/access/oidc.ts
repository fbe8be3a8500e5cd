import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Role } from '../../prisma/generated/client/enums.js';
import type { Organization } from './organizations.js';
import { type Principal, RefusedCallerError, SignInUnavailableError } from './principal.js';

/** Names of claims; a claim inside another one is written with dots. */
export interface Claims {
  readonly organization: string;
  readonly tenant: string;
  readonly role: string;
  readonly context: string;
  readonly name: string;
}

export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  /** Asymmetric ones only. */
  readonly algorithms: readonly string[];
  readonly clockSkewSeconds: number;
  readonly claims: Claims;
  /** Value of the role claim -> role here. */
  readonly roles: { readonly [value: string]: Role };
}

interface Needed {
  readonly settings: OidcSettings;
  readonly findOrganization: (named: { organization: string; tenant: string | null }) => Promise<Organization | null>;
  readonly now: () => Date;
  /** An unknown key id makes the issuer be asked again, at most so often. Absent: 30 seconds. */
  readonly cooldownMs?: number;
}

const MAX_TOKEN = 8_192;
/** A key that the issuer takes back stops within it. */
const KEYS_FOR_MS = 5 * 60_000;
const ASK_WITHIN_MS = 5_000;
const MAX_TEXT = 200;

/**
 * People's tokens (JWT of one OIDC issuer), made the same principal as API keys are. Null: not a token of this issuer for
 * this gateway at this time. Throws `RefusedCallerError` when it is one, of somebody who may not use the gateway.
 */
export function createOidc({ settings, findOrganization, now, cooldownMs = 30_000 }: Needed) {
  const { issuer, audience, claims, clockSkewSeconds } = settings;
  const keys = createRemoteJWKSet(new URL(settings.jwksUrl), {
    timeoutDuration: ASK_WITHIN_MS,
    cooldownDuration: cooldownMs,
    cacheMaxAge: KEYS_FOR_MS,
  });

  async function payloadOf(token: string): Promise<JWTPayload | null> {
    try {
      const { payload } = await jwtVerify(token, keys, {
        ...{ issuer, audience, algorithms: [...settings.algorithms], clockTolerance: clockSkewSeconds },
        ...{ requiredClaims: ['exp', 'sub'], currentDate: now() },
      });
      return payload;
    } catch (error) {
      if (isVerdict(error)) return null;
      throw new SignInUnavailableError("The issuer's keys cannot be read.");
    }
  }

  return async function authenticate(token: string): Promise<Principal | null> {
    if (token.length > MAX_TOKEN || token.split('.').length !== 3) return null;
    const payload = await payloadOf(token);
    if (!payload) return null;
    const context = textAt(payload, claims.context)?.trim().toUpperCase();
    if (context === 'CUSTOMER') {
      throw new RefusedCallerError('CUSTOMER_CONTEXT', 'The connector is for CSPs and Resellers, not for customers.');
    }
    const named = textAt(payload, claims.organization);
    const organization = named
      ? await findOrganization({ organization: named, tenant: textAt(payload, claims.tenant) })
      : null;
    // A context that is another one than the organization's is a caller who acts as somebody else.
    if (!organization || (context !== undefined && context !== organization.organizationKind)) {
      throw new RefusedCallerError('UNKNOWN_ORGANIZATION', 'The token names no organization of this gateway.');
    }
    const role = roleOf(claimAt(payload, claims.role));
    if (!role) throw new RefusedCallerError('NO_ROLE', 'The token gives no role in this gateway.');
    const id = textAt(payload, 'sub');
    if (id === null) throw unreadable('sub');
    // A name is shown and decides nothing.
    const told = claimAt(payload, claims.name);
    const name = isText(told) ? told : id;
    const expiresAt = new Date(1000 * (Number(payload.exp) + clockSkewSeconds));
    return { ...organization, role, expiresAt, actor: { kind: 'USER', id, name } };
  };

  /** The strongest of the roles it has. */
  function roleOf(claim: unknown): Role | null {
    const values = Array.isArray(claim) ? claim : [claim];
    const roles = values.map((value) => (typeof value === 'string' ? own(settings.roles, value) : undefined));
    if (roles.includes('ADMINISTRATOR')) return 'ADMINISTRATOR';
    return roles.includes('VIEWER') ? 'VIEWER' : null;
  }
}

/** What the token itself is to blame for. */
function isVerdict(error: unknown): boolean {
  return [
    errors.JWTClaimValidationFailed,
    errors.JWTExpired,
    errors.JWTInvalid,
    errors.JWSInvalid,
    errors.JWSSignatureVerificationFailed,
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
  ].some((verdict) => error instanceof verdict);
}

/** A claim by its whole name, which may hold dots (`https://example.com/role`), or else by its path. */
function claimAt(payload: JWTPayload, name: string): unknown {
  const whole = own(payload, name);
  if (whole !== undefined) return whole;
  return name.split('.').reduce<unknown>((at, step) => own(at, step), payload);
}

/**
 * Null: the token does not have the claim. One that is there and no text decides nothing by being passed over: whoever it may
 * be is refused (R1). Issuers send a single value as a list, too.
 */
function textAt(payload: JWTPayload, name: string): string | null {
  const claim = claimAt(payload, name);
  if (claim === undefined || claim === null) return null;
  const value: unknown = Array.isArray(claim) && claim.length === 1 ? claim[0] : claim;
  if (!isText(value)) throw unreadable(name);
  return value;
}

const unreadable = (name: string) =>
  new RefusedCallerError(
    'UNREADABLE_CLAIM',
    `The token's claim "${name}" must be one text of 1 to ${MAX_TEXT} characters.`,
  );

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT && !/\p{Cc}|\p{Cs}/u.test(value);
}

function own<Value>(holder: { readonly [name: string]: Value } | unknown, name: string): Value | undefined {
  return typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name)
    ? (holder as { readonly [name: string]: Value })[name]
    : undefined;
}
