/** Arguments of `initdb`: UTF-8, no operating system locale (code point order, Unicode letters), 4 MB log segments. */
export const clusterArguments = [
  '--username=postgres',
  '--encoding=UTF8',
  '--no-locale',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--wal-segsize=4',
  // Only for the making of the empty cluster, where it saves half a second; the server itself runs with fsync on.
  '--no-sync',
];

/**
 * Small footprint (about 13 MB) with full durability. Given on the command line at each start, so that a newer gateway
 * brings its own. Errors are logged without statement and detail, because those can hold values of rows.
 */
const settings: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  max_connections: '200',
  shared_buffers: '32MB',
  min_wal_size: '32MB',
  max_wal_size: '512MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  log_checkpoints: 'off',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  logging_collector: 'off',
};

/** Arguments of `postgres`, with those that say where it listens. */
export function serverArguments(data: string, listen: Readonly<Record<string, string>>): string[] {
  return [
    '-D',
    data,
    ...Object.entries({ ...settings, ...listen }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}
