/** A seed record: any fields of the REST entity. What is left out takes the entity's default; `id` is given if absent. */
export interface SeedRow {
  id?: number;
  [field: string]: unknown;
}

/** The rows of a security role that the API asks for. Agreements cover their additions. */
export type Area = 'companies' | 'agreements' | 'catalog' | 'tableSetup' | 'system';
export type Level = 'All' | 'My' | 'None';
export type Rights = Partial<Record<'inquire' | 'add' | 'edit' | 'delete', Level>>;

export interface ApiMember {
  identifier: string;
  publicKey: string;
  privateKey: string;
  inactive?: boolean;
  /** By area; what is absent is All. */
  role?: Partial<Record<Area, Rights>>;
}

/** A whole tenant as plain JSON. */
export interface World {
  /** The company people log in to, the first part of the user name. */
  companyId: string;
  members: ApiMember[];
  /** Integrations that are registered with the vendor. */
  clientIds: string[];
  companies?: SeedRow[];
  catalog?: SeedRow[];
  agreements?: SeedRow[];
  /** Each names its agreement as `agreementId`. */
  additions?: SeedRow[];
  billingCycles?: SeedRow[];
  currencies?: SeedRow[];
}
