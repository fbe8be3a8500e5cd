import { isCron } from './cron.js';
import { listOf, type Values, type Variable } from './variable.js';

/** From where customers, offers and cloud subscriptions are pulled. */
export const SOURCE_VARIABLES = [
  {
    name: 'GATEWAY_SOURCES',
    help: 'Sources that are pulled, each with the id or externalId of the organization it is for: files=org_..., separated by commas. Absent: none (docs/sources.md).',
    check: (value) =>
      listOf(value).every((item) => USE.test(item)) ? null : 'must be source=organization, separated by commas',
  },
  {
    name: 'GATEWAY_SOURCES_CRON',
    help: 'When all sources are pulled: a cron line of five fields in UTC; off: only when they change and when asked.',
    default: '*/15 * * * *',
    check: (value) =>
      value === 'off' || isCron(value) ? null : 'must be five cron fields, such as */15 * * * *, or off',
  },
] as const satisfies readonly Variable[];

const USE = /^([a-z][a-z0-9-]*)=(.{1,200})$/;

export interface SourceSettings {
  readonly uses: readonly { readonly source: string; readonly organization: string }[];
  /** Null: off. */
  readonly cron: string | null;
}

export function sourcesOf(values: Values): SourceSettings {
  const uses = listOf(values.GATEWAY_SOURCES).map((item) => {
    const [, source = '', organization = ''] = USE.exec(item) ?? [];
    return { source, organization };
  });
  return { uses, cron: values.GATEWAY_SOURCES_CRON === 'off' ? null : (values.GATEWAY_SOURCES_CRON ?? null) };
}
