/** The two families of recurring lines share one engine; this says where each keeps its rows. */
export interface LineKind {
  readonly lines: string;
  readonly units: string;
  readonly adjustments: string;
  readonly items: string;
  readonly itemSingular: string;
  readonly itemField: string;
  readonly lineField: string;
  readonly repeatField: string;
  /** autotask: bundle adjustments change only units. */
  readonly reprices: boolean;
}

export const SERVICE_LINES: LineKind = {
  lines: 'ContractServices',
  units: 'ContractServiceUnits',
  adjustments: 'ContractServiceAdjustments',
  items: 'Services',
  itemSingular: 'Service',
  itemField: 'serviceID',
  lineField: 'contractServiceID',
  repeatField: 'allowRepeatService',
  reprices: true,
};

export const BUNDLE_LINES: LineKind = {
  lines: 'ContractServiceBundles',
  units: 'ContractServiceBundleUnits',
  adjustments: 'ContractServiceBundleAdjustments',
  items: 'ServiceBundles',
  itemSingular: 'ServiceBundle',
  itemField: 'serviceBundleID',
  lineField: 'contractServiceBundleID',
  repeatField: 'allowRepeatServiceBundle',
  reprices: false,
};

export const LINE_KINDS: readonly LineKind[] = [SERVICE_LINES, BUNDLE_LINES];
