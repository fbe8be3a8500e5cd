import type { VendorQuotaState } from '../operations/read-vendor-quotas.js';
import type { Builder } from './builder.js';
import type { connectionType } from './connection.js';

/** `Connection.vendorQuota`: what is stored of the vendor's allowance; querying it makes no call. */
export function vendorQuotaField(builder: Builder, connection: ReturnType<typeof connectionType>): void {
  const quota = builder.objectRef<VendorQuotaState>('VendorQuota').implement({
    description:
      "How much of a PSA instance's calls is used. The instance allows them to all integrations together, so " +
      'connections to one instance show the same.',
    fields: (t) => ({
      limit: t.exposeInt('limit', { description: 'Calls the PSA allows to everybody in its window.' }),
      used: t.exposeInt('used', {
        nullable: true,
        description: 'Calls everybody had made when the PSA told last; null: it has not told yet.',
      }),
      windowSeconds: t.exposeInt('windowSeconds', { description: 'Length of the rolling window.' }),
      readAt: t.expose('readAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When the PSA told last: at most every five minutes, while there is traffic.',
      }),
      ours: t.exposeInt('ours', { description: 'Calls of this gateway that count now, all instances together.' }),
      share: t.exposeInt('share', { description: 'Calls this gateway allows itself (GATEWAY_VENDOR_SHARE).' }),
      pausedUntil: t.expose('pausedUntil', {
        type: 'DateTime',
        nullable: true,
        description: 'The PSA refused everything; nothing is sent until then. Null: it is not so.',
      }),
    }),
  });
  builder.objectField(connection, 'vendorQuota', (t) =>
    t.field({
      type: quota,
      nullable: true,
      description: 'The calls of its PSA instance; null where they are not limited by number.',
      resolve: (row, _args, { loaders }) => loaders.vendorQuota.load(row),
    }),
  );
}
