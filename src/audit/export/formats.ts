import { stringify } from 'csv-stringify/sync';
import { operationLabel, outcomeOf } from '../entry.js';
import type { ExportRow } from './rows.js';

/** One way of writing events down: texts that follow each other make one document. */
export interface ExportFormat {
  readonly start: string;
  page(rows: readonly ExportRow[]): string;
  readonly end: string;
}

export const EXPORT_FORMATS = ['ndjson', 'csv', 'cloudevents', 'cloudevents-batch'] as const;
export type ExportFormatName = (typeof EXPORT_FORMATS)[number];

/** `continued`: behind a former export, so without a heading. */
export function exportFormat(name: ExportFormatName, { continued = false } = {}): ExportFormat {
  switch (name) {
    case 'ndjson':
      return linesOf(plain);
    case 'csv':
      return { start: continued ? '' : csv([Object.keys(COLUMNS)]), page: (rows) => csv(rows.map(recordOf)), end: '' };
    case 'cloudevents':
      return linesOf(cloudEvent);
    case 'cloudevents-batch':
      return batch();
  }
}

function linesOf(value: (row: ExportRow) => unknown): ExportFormat {
  return { start: '', page: (rows) => rows.map((row) => `${JSON.stringify(value(row))}\n`).join(''), end: '' };
}

/** One JSON array (application/cloudevents-batch+json). */
function batch(): ExportFormat {
  let empty = true;
  return {
    start: '[',
    page(rows) {
      const text = rows.map((row) => `\n${JSON.stringify(cloudEvent(row))}`).join(',');
      const comma = empty || rows.length === 0 ? '' : ',';
      empty &&= rows.length === 0;
      return comma + text;
    },
    end: '\n]\n',
  };
}

function plain({ tenantId, organizationId, ...row }: ExportRow) {
  return { tenantId, organizationId, ...row, outcome: outcomeOf(row.toStatus) };
}

/** CloudEvents 1.0. Source and id together name an event for ever: the organization and the number in its log. */
function cloudEvent({ organizationId, seq, at, type, auditLogId, ...row }: ExportRow) {
  return {
    specversion: '1.0',
    id: seq,
    source: `/connector-gateway/organizations/${organizationId}/audit-log`,
    type: `connector-gateway.audit.${type.toLowerCase()}.v1`,
    subject: auditLogId,
    time: at,
    datacontenttype: 'application/json',
    data: {
      organizationId,
      auditLogId,
      ...row,
      label: operationLabel(row.operation),
      outcome: outcomeOf(row.toStatus),
    },
  };
}

const COLUMNS: { readonly [name: string]: (row: ExportRow) => string | null } = {
  organizationId: (row) => row.organizationId,
  seq: (row) => row.seq,
  at: (row) => row.at,
  operation: (row) => row.operation,
  status: (row) => row.toStatus,
  outcome: (row) => outcomeOf(row.toStatus),
  message: (row) => row.message,
  type: (row) => row.type,
  fromStatus: (row) => row.fromStatus,
  actorKind: (row) => row.actorKind,
  actorId: (row) => row.actorId,
  actorName: (row) => row.actorName,
  targetKind: (row) => row.targetKind,
  targetId: (row) => row.targetId,
  targetName: (row) => row.targetName,
  connectionId: (row) => row.connectionId,
  customerId: (row) => row.customerId,
  customerName: (row) => row.customerName,
  correlationId: (row) => row.correlationId,
  requestId: (row) => row.requestId,
  parentId: (row) => row.parentId,
  dryRun: (row) => String(row.dryRun),
  auditLogId: (row) => row.auditLogId,
  data: (row) => JSON.stringify(row.data),
  hash: (row) => row.hash,
};

const recordOf = (row: ExportRow) => Object.values(COLUMNS).map((of) => of(row) ?? '');

/** RFC 4180. What a spreadsheet would take for a formula begins with an apostrophe. */
function csv(records: readonly (readonly string[])[]): string {
  const safe = records.map((record) => record.map((field) => (field.startsWith('\n') ? `'${field}` : field)));
  return stringify(safe, { escape_formulas: true, record_delimiter: 'windows', quoted_match: /[\r\n]/ });
}
