import type { RequestRate } from '../access/request-rate.js';
import type { AuditFeed } from '../audit/feed.js';
import type { AuditReader } from '../audit/reader.js';
import type { Services } from '../operations/services.js';

/** What the schema works with; made once. */
export interface SchemaServices {
  readonly operations: Services;
  readonly audit: AuditReader;
  readonly feed: AuditFeed;
  /** Makes changed API keys count at once in this process. */
  readonly forgetKeys: (ids: readonly string[]) => void;
  readonly readRate: RequestRate['read'];
  readonly productName: string;
  readonly version: string;
}
