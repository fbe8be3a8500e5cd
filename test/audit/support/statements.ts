import pg from 'pg';
import { vi } from 'vitest';

export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** With which a pool begins each new connection, whenever it makes one. */
const GREETING = /^SELECT pg_backend_pid\(\)/;

/** What is sent to PostgreSQL in this process while some work is done, by whichever library. */
export async function statementsOf<T>(work: () => Promise<T>): Promise<{ result: T; statements: Statement[] }> {
  const statements: Statement[] = [];
  const query = vi.spyOn(pg.Client.prototype, 'query');
  try {
    const result = await work();
    for (const [config, values] of query.mock.calls as unknown as [string | Statement, unknown?][]) {
      const { text, values: own } = typeof config === 'string' ? { text: config, values: undefined } : config;
      if (GREETING.test(text)) continue;
      // What follows the statement may also be whom to call with its result.
      statements.push({ text, values: (Array.isArray(values) ? values : own) ?? [] });
    }
    return { result, statements };
  } finally {
    query.mockRestore();
  }
}

interface PlanNode {
  'Node Type': string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: PlanNode[];
}

export interface Plan {
  readonly indexes: string[];
  readonly seqScans: number;
  /** Rows the scans gave, filtered ones not counted. */
  readonly rows: number;
}

/** Runs a statement and tells how PostgreSQL came by its rows. */
export async function planOf(url: string, { text, values }: Statement): Promise<Plan> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
    const scans = nodesOf(rows[0]['QUERY PLAN'][0].Plan).filter((node) => node['Node Type'].endsWith('Scan'));
    return {
      indexes: scans.flatMap((node) => node['Index Name'] ?? []),
      seqScans: scans.filter((node) => node['Node Type'] === 'Seq Scan').length,
      rows: scans.reduce((total, node) => total + node['Actual Rows'] * node['Actual Loops'], 0),
    };
  } finally {
    await client.end();
  }
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
