import type { AuditFeed } from '../audit/feed.js';
import type { AuditReader } from '../audit/reader.js';
import type { Services } from '../operations/services.js';

/** What the schema works with; made once. */
export interface SchemaServices {
  readonly operations: Services;
  readonly audit: AuditReader;
  readonly feed: AuditFeed;
  readonly productName: string;
  readonly version: string;
}
