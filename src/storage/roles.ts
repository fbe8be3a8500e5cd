import pg from 'pg';

/**
 * The roles statements run as. None of them owns a table, may log in, or passes row level security by. What each may see
 * is in the migrations: `organization` the rows of one organization (settings app.tenant and app.organization),
 * `tenant` also what a sale changes for the others of its tenant, `system` everything, for the gateway's own work.
 */
export const ROLES = {
  organization: 'connector_gateway_organization',
  tenant: 'connector_gateway_tenant',
  system: 'connector_gateway_system',
} as const;

export class IsolationError extends Error {
  override readonly name = 'IsolationError';
}

const NAMES: readonly string[] = Object.values(ROLES);

/**
 * Roles belong to the server, not to a database, so no migration can be sure of them: made here if they are not there, and
 * given to the user of the connection. Several at once, also for several databases, do no harm. Throws IsolationError that
 * says what an administrator of the server has to do.
 */
export async function ensureRoles(client: pg.Client): Promise<void> {
  for (const name of NAMES) {
    const { rows } = await client.query<{ exists: boolean; held: boolean }>(
      `SELECT r.oid IS NOT NULL AS "exists", coalesce(pg_has_role(current_user, r.oid, 'USAGE'), false) AS "held"
       FROM (VALUES ($1::name)) n(name) LEFT JOIN pg_roles r ON r.rolname = n.name`,
      [name],
    );
    try {
      if (!rows[0]?.exists) await unlessDone(client, `CREATE ROLE ${name} NOLOGIN`);
      if (!rows[0]?.held) await unlessDone(client, `GRANT ${name} TO CURRENT_USER`);
    } catch (error) {
      throw new IsolationError(
        `Row level security needs the roles ${NAMES.join(', ')}, and the user of the database may not make them ` +
          `(${(error as Error).message}). Have an administrator of the server run:\n${instructions()}`,
        { cause: error },
      );
    }
  }
}

/** Duplicate, also as a unique violation or a tuple updated at once: another process did it at the same moment. */
async function unlessDone(client: pg.Client, statement: string): Promise<void> {
  await client.query(statement).catch((error: unknown) => {
    if (error instanceof pg.DatabaseError && ['42710', '23505', 'XX000'].includes(error.code ?? '')) return;
    throw error;
  });
}

function instructions(): string {
  return NAMES.flatMap((name) => [`  CREATE ROLE ${name} NOLOGIN;`, `  GRANT ${name} TO <user of DATABASE_URL>;`]).join(
    '\n',
  );
}

/** How the two layers stand: `separate` is whether the user that requests come in by owns nothing. */
export interface Isolation {
  readonly user: string;
  readonly separate: boolean;
}

/**
 * Looks whether row level security really holds for what connects with this URL. Throws IsolationError when it does not:
 * the gateway never runs without it.
 */
export async function checkIsolation(databaseUrl: string): Promise<Isolation> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ user: string; superuser: boolean; owns: boolean; faults: string[] }>(
      `SELECT current_user::text AS "user", (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) AS "superuser",
         EXISTS (SELECT FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
           AND pg_has_role(current_user, relowner, 'MEMBER')) AS "owns",
         ARRAY(
           SELECT format('the role %s is missing', n) FROM unnest($1::text[]) n WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = n)
           UNION ALL
           SELECT format('the user %s may not act as %s', current_user, r.rolname) FROM pg_roles r
             WHERE r.rolname = ANY($1) AND NOT pg_has_role(current_user, r.oid, 'MEMBER')
           UNION ALL
           SELECT format('the role %s can pass it by', rolname) FROM pg_roles WHERE rolname = ANY($1) AND (rolsuper OR rolbypassrls)
           UNION ALL
           SELECT format('the role %s has the rights of %s', r.rolname, o.rolname) FROM pg_roles r, pg_roles o
             WHERE r.rolname = ANY($1) AND r.oid <> o.oid AND pg_has_role(r.oid, o.oid, 'MEMBER')
               AND (o.rolname = ANY($1) OR o.rolsuper OR o.rolbypassrls OR EXISTS (SELECT FROM pg_class c
                 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relowner = o.oid))
           UNION ALL
           SELECT format('the role %s owns %s', r.rolname, c.relname) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
             WHERE r.rolname = ANY($1) AND c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
           UNION ALL
           SELECT format('the table %s has no row level security', c.relname) FROM pg_class c
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organizationId' AND NOT a.attisdropped
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
               AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
         ) AS "faults"`,
      [NAMES],
    );
    const [{ user, superuser, owns, faults } = { user: '', superuser: false, owns: false, faults: ['no answer'] }] =
      rows;
    if (faults.length > 0) {
      throw new IsolationError(
        `Row level security does not hold: ${faults.join('; ')}.\nThe roles are made by:\n${instructions()}`,
      );
    }
    return { user, separate: !superuser && !owns };
  } finally {
    await client.end().catch(() => undefined);
  }
}
