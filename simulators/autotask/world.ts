import type { PicklistValue, UserDefinedFieldDef } from './entities/define.js';

/** A seed record: any fields of the REST entity. What is left out takes the entity's default; `id` is given if absent. */
export interface SeedRow {
  id?: number;
  [field: string]: unknown;
}

export type Access = 'All' | 'None' | 'Restricted';
export type Permissions = Partial<Record<'create' | 'query' | 'update' | 'delete', Access>>;

export interface WorldUser {
  username: string;
  secret: string;
  integrationCode: string;
  locked?: boolean;
  /** By entity in its path spelling (`ContractServiceAdjustments`); absent = All. */
  permissions?: Record<string, Permissions>;
  /** Ids of OrganizationalLevelAssociations this user may see; absent = all. */
  linesOfBusiness?: number[];
  /** May see rows without a line of business (default true). */
  canSeeNoLineOfBusiness?: boolean;
  /** false = the level "Can't Read Costs": costs come back as 0 (default true). */
  canSeeCosts?: boolean;
}

/** A service line a contract already has: its units and prices from `startDate` (default: the contract's). */
export interface SeedLine {
  id?: number;
  contractID: number;
  serviceID: number;
  units?: number;
  unitPrice?: number;
  unitCost?: number;
  startDate?: string;
  /** Rows that begin on or before this date are approved and posted. */
  postedThrough?: string;
  invoiceDescription?: string;
}

/** A whole tenant as plain JSON. Every part but `users` may be left out. */
export interface World {
  users: WorldUser[];
  account?: { ci?: number; zoneName?: string; webUrl?: string };
  companies?: SeedRow[];
  contracts?: SeedRow[];
  services?: SeedRow[];
  serviceBundles?: SeedRow[];
  serviceBundleServices?: SeedRow[];
  lines?: SeedLine[];
  contractCharges?: SeedRow[];
  contractNotes?: SeedRow[];
  billingCodes?: SeedRow[];
  currencies?: SeedRow[];
  countries?: SeedRow[];
  internalLocations?: SeedRow[];
  resources?: SeedRow[];
  organizationalLevelAssociations?: SeedRow[];
  priceListServices?: SeedRow[];
  modules?: SeedRow[];
  /** By entity: the tenant's own fields. */
  userDefinedFields?: Record<string, UserDefinedFieldDef[]>;
  /** By entity and field: the tenant's own picklist instead of the usual one. */
  picklists?: Record<string, Record<string, PicklistValue[]>>;
}
