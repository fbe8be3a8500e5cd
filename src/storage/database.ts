import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from '../../prisma/generated/client/client.js';

/** Anything that runs statements: the client itself or an open transaction. */
export type Queries = Prisma.TransactionClient;

export interface Database {
  /** For single statements. */
  readonly client: PrismaClient;
  readonly url: string;
  /** All or nothing. Never call a vendor inside: it dies after five seconds. */
  transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The database behind a URL. Connects lazily, so that the schema can be printed without one. */
export function createDatabase(url: string, options: { readonly poolSize?: number } = {}): Database {
  const adapter = new PrismaPg({ connectionString: url, max: options.poolSize ?? 12 });
  const client = new PrismaClient({ adapter });
  return {
    client,
    url,
    transaction: (work) => client.$transaction(work, { maxWait: 10_000, timeout: 5_000 }),
    close: () => client.$disconnect(),
  };
}

/** The name of the unique constraint or index that refused a write, or null when the error is another one. */
export function violatedUnique(error: unknown): string | null {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return null;
  const meta = JSON.stringify(error.meta ?? {});
  const unique = error.code === 'P2002' || (error.code === 'P2010' && meta.includes('23505'));
  return unique ? (/\b[A-Z]\w+_\w+_key\b/.exec(`${meta} ${error.message}`)?.[0] ?? 'unknown') : null;
}

export { Prisma };
