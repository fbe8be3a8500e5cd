import type { DriftCause, DriftField } from '../../../prisma/generated/client/client.js';

/** One field in which marketplace and PSA differ, the two values, and why that may be. Values are text. */
export interface Finding {
  readonly field: DriftField;
  readonly marketplaceValue: string | null;
  readonly psaValue: string | null;
  /** What the gateway wrote last, as it counts on that day; null: nothing, or not of this field. */
  readonly lastWrittenValue: string | null;
  readonly cause: DriftCause;
  /** The day whose billing differs: the one that was asked for, or the first one after it that tells a price. */
  readonly day: string;
}
